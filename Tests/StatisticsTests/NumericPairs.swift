import Testing
@testable import Statistics

/// A pair of numeric columns from the golden inputs.
struct NumericPair: CustomTestStringConvertible {
    let id: String
    let reference: [Double]
    let current: [Double]

    var testDescription: String { id }

    var sortedReference: SortedSample { SortedSample(reference) }

    var sortedCurrent: SortedSample { SortedSample(current) }

    /// The pair whose values are near 1e12 is compared with less digits.
    var tolerance: Double { id == "huge_scale" ? 1e-6 : 1e-9 }

    static func all() throws -> [NumericPair] {
        try GoldenFile.cases("inputs_numeric").map {
            NumericPair(id: $0["id"].string, reference: $0["ref"].doubles, current: $0["cur"].doubles)
        }
    }
}
