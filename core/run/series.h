// core/run/series.h: the events of a run as columns of numbers for charts. Steps above a seam's
// resumed_from are dropped, so a resumed run is one curve. Grows with the events; no files.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/run/events.h"

namespace koala {

enum class SeriesAxis { Step, Tokens, Seconds }; // tokens and seconds since the start of the run
enum class SeriesColumn { Loss, Accuracy, LearningRate, GradNorm, TokensPerSecond, MemoryBytes };

struct SeriesSeam {
    std::int64_t step = 0; // the run went on after this step
    double tokens = 0;
    double seconds = 0;
};

struct SeriesPoints {
    std::vector<float> x;
    std::vector<float> y;
};

class RunSeries {
public:
    void add(const Event& event);
    void add(std::span<const Event> events);

    std::size_t size() const { return m_step.size(); }
    const std::vector<float>& axis(SeriesAxis axis) const;
    const std::vector<float>& column(SeriesColumn column) const;
    // Held-out loss and accuracy of one set, and the loss of one source: fewer points than steps.
    std::vector<std::string> evaluationSets() const;
    SeriesPoints evaluationLoss(const std::string& set, SeriesAxis axis) const;
    std::vector<std::string> sources() const;
    SeriesPoints sourceLoss(const std::string& source, SeriesAxis axis) const;
    const std::vector<SeriesSeam>& seams() const { return m_seams; }
    // Counts up whenever points were taken away (a seam): drawn curves must be made anew.
    std::uint64_t generation() const { return m_generation; }

    // Exponential mean with the bias of its start removed, weight 0 <= smoothing < 1; NaN is
    // skipped.
    static std::vector<float> smoothed(std::span<const float> values, double smoothing);

private:
    struct SparsePoint {
        std::int64_t step = 0;
        float value = 0;
    };
    void cutAbove(std::int64_t step);
    float axisAt(SeriesAxis axis, std::int64_t step) const;
    SeriesPoints points(const std::vector<SparsePoint>& sparse, SeriesAxis axis) const;
    std::vector<float> m_step, m_tokens, m_seconds;
    std::vector<float> m_columns[6];
    std::map<std::string, std::vector<SparsePoint>> m_evaluations;
    std::map<std::string, std::vector<SparsePoint>> m_sources;
    std::vector<SeriesSeam> m_seams;
    double m_tokenSum = 0;
    double m_secondSum = 0;
    std::uint64_t m_generation = 0;
};

} // namespace koala
