/// What comes out of the assembler.
enum MonitorStep: Sendable, Hashable {
    /// A rolling estimate of quality.
    case estimate(QualityEstimate)
    /// What a detector has to tell of a row.
    case detector(DetectorNews)
    /// All rows and predictions of a window are there; labels may still come.
    case measured(AssembledWindow)
    /// Nothing more will be learned about a window.
    case complete(AssembledWindow)
}

/// A window's rows, before they are compared with a reference.
struct AssembledWindow: Sendable, Hashable {
    /// What the champion said about a row, where that is a number.
    struct Score: Sendable, Hashable {
        /// The probability of the positive class, or what a regression says.
        var probability: Double
        /// Whether the positive class was predicted.
        var predicted: Bool
        var version: Int
        /// The truth, where it has come.
        var label: Bool?
    }

    var index: Int
    var firstRow: Int64
    var lastRow: Int64
    /// The earliest event time; nil for a window without rows.
    var firstTime: Int64?
    /// The latest event time.
    var lastTime: Int64?
    var rows: Int
    var labelled: Int
    var unscored: Int
    var quality: [RoleQuality]
    var championVersions: [Int]
    /// The champion's scores in the order of rows; without labels where the window is only measured.
    var scores: [Score]
    /// Row numbers of the values in ``columns``.
    var rowNumbers: [Int64]
    /// The values of each monitored column, in the order of the definition; empty once they have been measured.
    var columns: [[Cell]]
}
