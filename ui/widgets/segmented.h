// ui/widgets/segmented.h: one of a few, all in sight: joined 28 px buttons.
#pragma once

#include <QFrame>

class QButtonGroup;

namespace koala {

class Segmented final : public QFrame {
    Q_OBJECT
public:
    explicit Segmented(
        const QStringList& choices, const char* objectName, QWidget* parent = nullptr);
    int current() const;
    void setCurrent(int index); // says nothing
    void setSegmentEnabled(int index, bool enabled, const QString& why = {});

Q_SIGNALS:
    void chosen(int index); // by the user

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QButtonGroup* m_group;
    bool m_setting = false;
};

} // namespace koala
