internal import Primitives

/// How the stream is cut into windows.
package enum WindowPlan: Sendable, Hashable {
    /// So many rows each, by their place in the input topic.
    case rows(Int)

    /// By event time, in stretches of `spanMilliseconds` that begin at multiples of it since 1970.
    ///
    /// A stretch ends when event time has passed its end by `latenessMilliseconds`; rows that come later than that are
    /// counted as late and belong to no window.
    case time(spanMilliseconds: Int64, latenessMilliseconds: Int64)

    /// As many rows as it takes for so many labels to be joined.
    case labels(Int)

    /// The most rows that a window holds at once, where that is known.
    var rowLimit: Int? {
        switch self {
        case .rows(let count): count
        case .time, .labels: nil
        }
    }

    /// The number of the stretch of time that `time` lies in; nil where windows are not made of time.
    func stretch(of time: Int64) -> Int64? {
        guard case .time(let span, _) = self else { return nil }
        return time.flooredDivision(by: span)
    }

    /// The last stretch of time that is over once event time has come to `time`.
    func lastStretch(endedBy time: Int64) -> Int64? {
        guard case .time(let span, let lateness) = self, time > .min else { return nil }
        return time.addingClamped(-lateness).flooredDivision(by: span) - 1
    }
}
