#include "core/run/series.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace koala {

void RunSeries::add(std::span<const Event> events)
{
    for (const Event& event : events)
        add(event);
}

void RunSeries::add(const Event& event)
{
    if (const auto* started = std::get_if<RunStartedEvent>(&event.body)) {
        cutAbove(started->resumedFrom.value_or(0));
        if (started->resumedFrom)
            m_seams.push_back({*started->resumedFrom, m_tokenSum, m_secondSum});
        else
            m_evaluations.clear();
    } else if (const auto* step = std::get_if<StepEvent>(&event.body)) {
        m_tokenSum += double(step->tokens);
        m_secondSum += step->seconds;
        m_step.push_back(float(step->step));
        m_tokens.push_back(float(m_tokenSum));
        m_seconds.push_back(float(m_secondSum));
        const double values[] = {step->loss, step->accuracy, step->learningRate, step->gradNorm,
            step->tokensPerSecond, double(step->memoryBytes)};
        for (std::size_t i = 0; i < std::size(values); ++i)
            m_columns[i].push_back(float(values[i]));
        for (const auto& [source, loss] : step->lossBySource)
            m_sources[source].push_back({step->step, float(loss)});
    } else if (const auto* measure = std::get_if<EvaluationEvent>(&event.body)) {
        m_evaluations[measure->set].push_back({measure->step, float(measure->loss)});
    }
}

void RunSeries::cutAbove(std::int64_t step)
{
    const auto keep =
        std::size_t(std::upper_bound(m_step.begin(), m_step.end(), float(step)) - m_step.begin());
    if (keep < m_step.size())
        ++m_generation;
    m_step.resize(keep);
    m_tokens.resize(keep);
    m_seconds.resize(keep);
    for (auto& column : m_columns)
        column.resize(keep);
    m_tokenSum = keep > 0 ? double(m_tokens.back()) : 0;
    m_secondSum = keep > 0 ? double(m_seconds.back()) : 0;
    for (auto* sparse : {&m_evaluations, &m_sources})
        for (auto& [name, points] : *sparse)
            std::erase_if(points, [&](const SparsePoint& point) { return point.step > step; });
    std::erase_if(m_seams, [&](const SeriesSeam& seam) { return seam.step > step; });
}

const std::vector<float>& RunSeries::axis(SeriesAxis axis) const
{
    if (axis == SeriesAxis::Tokens)
        return m_tokens;
    return axis == SeriesAxis::Seconds ? m_seconds : m_step;
}

const std::vector<float>& RunSeries::column(SeriesColumn column) const
{
    return m_columns[std::size_t(column)];
}

float RunSeries::axisAt(SeriesAxis which, std::int64_t step) const
{
    if (which == SeriesAxis::Step)
        return float(step);
    const auto at = std::upper_bound(m_step.begin(), m_step.end(), float(step)) - m_step.begin();
    return at == 0 ? 0.0F : axis(which)[std::size_t(at) - 1];
}

SeriesPoints RunSeries::points(const std::vector<SparsePoint>& sparse, SeriesAxis axis) const
{
    SeriesPoints points;
    for (const SparsePoint& point : sparse) {
        points.x.push_back(axisAt(axis, point.step));
        points.y.push_back(point.value);
    }
    return points;
}

std::vector<std::string> RunSeries::evaluationSets() const
{
    std::vector<std::string> names;
    for (const auto& [name, points] : m_evaluations)
        names.push_back(name);
    return names;
}

SeriesPoints RunSeries::evaluationLoss(const std::string& set, SeriesAxis axis) const
{
    const auto it = m_evaluations.find(set);
    return it == m_evaluations.end() ? SeriesPoints{} : points(it->second, axis);
}

std::vector<std::string> RunSeries::sources() const
{
    std::vector<std::string> names;
    for (const auto& [name, points] : m_sources)
        names.push_back(name);
    return names;
}

SeriesPoints RunSeries::sourceLoss(const std::string& source, SeriesAxis axis) const
{
    const auto it = m_sources.find(source);
    return it == m_sources.end() ? SeriesPoints{} : points(it->second, axis);
}

std::vector<float> RunSeries::smoothed(std::span<const float> values, double smoothing)
{
    std::vector<float> smooth;
    smooth.reserve(values.size());
    double mean = 0;
    double weight = 0;
    for (const float value : values) {
        if (std::isfinite(value)) {
            mean = smoothing * mean + (1 - smoothing) * double(value);
            weight = smoothing * weight + (1 - smoothing);
        }
        smooth.push_back(
            weight > 0 ? float(mean / weight) : std::numeric_limits<float>::quiet_NaN());
    }
    return smooth;
}

} // namespace koala
