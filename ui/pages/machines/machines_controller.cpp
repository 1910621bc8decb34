#include "ui/pages/machines/machines_controller.h"

#include "ui/services/words.h"

namespace koala {

MachinesController::MachinesController(MachineService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    connect(&service, &MachineService::probeStarted, this, &MachinesController::factsChanged);
    connect(&service, &MachineService::factsChanged, this, &MachinesController::factsChanged);
    connect(&service, &MachineService::loadChanged, this, &MachinesController::loadChanged);
    connect(&service, &MachineService::speedChanged, this, &MachinesController::speedChanged);
}

void MachinesController::probe()
{
    if (canProbe())
        m_service.probe();
}

void MachinesController::measureWriteSpeed()
{
    if (canMeasure())
        m_service.measureWriteSpeed();
}

QString MachinesController::details() const
{
    if (!m_service.facts())
        return {};
    QString text = qtext(describe(*m_service.facts(), m_service.load().value_or(MachineLoad{})));
    if (m_service.speed())
        text +=
            tr("Write speed: %1/s\n").arg(byteCount(quint64(m_service.speed()->bytesPerSecond())));
    return text;
}

} // namespace koala
