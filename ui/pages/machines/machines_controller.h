// ui/pages/machines/machines_controller.h: what one can do on the Machines page. GUI thread.
#pragma once

#include <QObject>

#include "ui/services/machine_service.h"

namespace koala {

class MachinesController final : public QObject {
    Q_OBJECT
public:
    explicit MachinesController(MachineService& service, QObject* parent = nullptr);

    void setInFront(bool inFront) { m_service.setWatching(inFront); }
    void probe();
    void measureWriteSpeed();
    bool canProbe() const { return !m_service.probing(); }
    bool canMeasure() const { return !m_service.measuring(); }
    // All facts as plain text; empty until probed.
    QString details() const;
    const MachineService& service() const { return m_service; }

Q_SIGNALS:
    void factsChanged();
    void loadChanged();
    void speedChanged();

private:
    MachineService& m_service;
};

} // namespace koala
