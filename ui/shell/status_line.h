// ui/shell/status_line.h: the 28 px line at the foot: what runs, this computer, Ctrl+K, notices.
#pragma once

#include <vector>

#include <QPushButton>
#include <QWidget>

#include "ui/widgets/series_key.h"

namespace koala {

struct RunningFacts {
    QString id, name;
    int key = 0;
    QString progress; // "step 812/2,400"
    QString loss;     // "loss 1.46"
    QString left;     // "47 min left"
    std::vector<float> recentLoss;
};

class StatusLine final : public QWidget {
    Q_OBJECT
public:
    explicit StatusLine(QWidget* parent = nullptr);
    void setRunning(const RunningFacts* facts); // null: nothing is running
    void setComputer(const QString& words);
    void setNotices(int count, Tone tone);
    QWidget* noticeAnchor() const;

Q_SIGNALS:
    void runPressed();
    void computerPressed();
    void palettePressed();
    void noticesPressed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    class RunPart;
    class TextPart;
    RunPart* m_run;
    TextPart* m_computer;
    TextPart* m_palette;
    TextPart* m_notices;
};

} // namespace koala
