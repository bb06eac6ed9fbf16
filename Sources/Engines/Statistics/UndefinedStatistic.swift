/// Why a statistic has no value for the data that was given.
///
/// Every function of this module either answers with a finite number or throws one of these: `NaN` never leaves it.
/// The reason is what the user is shown in place of the number.
package struct UndefinedStatistic: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of data for which a statistic is not defined.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        case emptyReference = "empty_reference"
        case emptyCurrent = "empty_current"
        case tooFewRows = "too_few_rows"
        case zeroVariance = "zero_variance"
        case singleClass = "single_class"
        case lengthMismatch = "length_mismatch"
        case notFinite = "not_finite"
        case outOfRange = "out_of_range"
        case mixedKinds = "mixed_kinds"
        case needsNumbers = "needs_numbers"
        case tooManyCategories = "too_many_categories"
        case singular
    }

    /// What is wrong with the data.
    package let reason: Reason

    /// The reason in words for a person.
    package var description: String {
        switch reason {
        case .emptyReference: "the reference has no finite value"
        case .emptyCurrent: "the current data has no finite value"
        case .tooFewRows: "there are too few rows for this statistic"
        case .zeroVariance: "all values are equal"
        case .singleClass: "only one class is present"
        case .lengthMismatch: "the columns differ in length"
        case .notFinite: "the data holds NaN or infinite values"
        case .outOfRange: "a value lies outside the range that this statistic allows"
        case .mixedKinds: "the column holds numbers on one side and categories on the other"
        case .needsNumbers: "this method compares numbers, and the column holds categories"
        case .tooManyCategories: "this method compares two categories, and the column has more"
        case .singular: "the columns depend on each other, so that their covariance has no inverse"
        }
    }

    /// Makes the error for `reason`.
    package init(_ reason: Reason) {
        self.reason = reason
    }
}
