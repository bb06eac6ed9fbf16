package import Statistics

/// How two datasets are compared for drift.
///
/// A method or a limit for one column wins over one for its kind, that over one for all, and that over the default.
package struct DriftOptions: Sendable, Hashable {
    /// The method of every column.
    package var method: DriftMethod?
    /// The method of numerical columns.
    package var numericalMethod: DriftMethod?
    /// The method of columns of categories.
    package var categoricalMethod: DriftMethod?
    /// Methods by column.
    package var columnMethods: [String: DriftMethod] = [:]
    /// The limit of every column.
    package var threshold: Double?
    /// The limit of numerical columns.
    package var numericalThreshold: Double?
    /// The limit of columns of categories.
    package var categoricalThreshold: Double?
    /// Limits by column.
    package var columnThresholds: [String: Double] = [:]
    /// The share of drifted columns from which the dataset has drifted.
    package var driftShare = 0.5
    /// Whose answer counts where Evidently is known to be wrong.
    package var compatibility = Compatibility.none
    /// How p-values are corrected for the number of columns; nil for not at all.
    ///
    /// Without meaning under compatibility.
    package var correction: MultipleTesting? = .benjaminiHochberg
    /// How sure a distance must be: it counts as drift only when a test of the same column is significant at this
    /// level as well.
    ///
    /// Without meaning under compatibility.
    package var significance = 0.001

    /// The defaults.
    package init() {}

    /// The method that was asked for, if any.
    package func method(for column: String, kind: ColumnKind) -> DriftMethod? {
        if let method = columnMethods[column] { return method }
        return (kind == .numerical ? numericalMethod : categoricalMethod) ?? method
    }

    /// The limit that was asked for, if any.
    package func threshold(for column: String, kind: ColumnKind) -> Double? {
        if let threshold = columnThresholds[column] { return threshold }
        return (kind == .numerical ? numericalThreshold : categoricalThreshold) ?? threshold
    }

    /// Throws where a limit or a share is no number that it can be.
    package func validate() throws(ReportError) {
        let limits = [threshold, numericalThreshold, categoricalThreshold].compactMap { $0 } + columnThresholds.values
        guard limits.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw ReportError(.invalidOptions, "a threshold is a number from 0 on")
        }
        guard driftShare.isFinite, driftShare >= 0, driftShare <= 1 else {
            throw ReportError(.invalidOptions, "the drift share is a number from 0 to 1")
        }
        guard significance > 0, significance <= 1 else {
            throw ReportError(.invalidOptions, "the significance is a number above 0 and up to 1")
        }
    }
}
