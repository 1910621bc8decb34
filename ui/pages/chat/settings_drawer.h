// ui/pages/chat/settings_drawer.h: how answers are drawn: temperature, top-p, top-k, repetition,
// length, seed, system prompt, template. Each slider has a box; what is chosen goes with the next
// answer and is stored with it.
#pragma once

#include <QWidget>

#include "ui/pages/chat/chat_controller.h"
#include "ui/widgets/fact_grid.h"

class QComboBox;
class QDoubleSpinBox;
class QPlainTextEdit;
class QSpinBox;
class QVBoxLayout;

namespace koala {

class SettingsDrawer final : public QWidget {
    Q_OBJECT
public:
    explicit SettingsDrawer(QWidget* parent = nullptr);
    void set(const ChatSettings& settings);
    ChatSettings settings() const;
    void showAnswer(const ShownAnswer* answer, const QString& model);

Q_SIGNALS:
    void changed();
    void closePressed();

private:
    QDoubleSpinBox* addSlider(QVBoxLayout& layout, const QString& label, const char* objectName,
        double least, double most, double step, int decimals, const QString& help);

    QDoubleSpinBox *m_temperature, *m_topP, *m_topK, *m_repetition, *m_longest;
    QSpinBox* m_seed;
    QPlainTextEdit* m_system;
    QComboBox* m_template;
    FactGrid* m_facts;
};

} // namespace koala
