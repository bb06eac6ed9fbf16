import Glibc

/// Corrections for asking many questions at once; adjusted p-values as statsmodels' `multipletests` gives them.
///
/// An adjusted p-value is compared with the level itself. A value that is NaN stays NaN and counts as no test.
package enum MultipleTesting: String, Sendable, Hashable, CaseIterable {
    /// Family-wise: p·m. Valid always, weak for many columns.
    case bonferroni
    /// Family-wise: 1 - (1 - p)^m, for independent tests.
    case sidak
    /// Family-wise, step-down: never weaker than Bonferroni.
    case holm
    /// Family-wise, step-down with Šidák's formula.
    case holmSidak = "holm-sidak"
    /// Family-wise, step-up, for independent or positively dependent tests.
    case hochberg = "simes-hochberg"
    /// False discovery rate of Benjamini and Hochberg: the default for columns of one window.
    case benjaminiHochberg = "fdr_bh"
    /// False discovery rate under any dependence, of Benjamini and Yekutieli.
    case benjaminiYekutieli = "fdr_by"

    /// The adjusted p-values, in the order of `pValues`.
    package func adjusted(_ pValues: [Double]) -> [Double] {
        let order = pValues.indices.filter { !pValues[$0].isNaN }.sorted { pValues[$0] < pValues[$1] }
        let sorted = order.map { pValues[$0] }
        var result = pValues
        for (index, value) in zip(order, adjustedAscending(sorted)) { result[index] = min(1, value) }
        return result
    }

    private func adjustedAscending(_ p: [Double]) -> [Double] {
        let m = Double(p.count)
        switch self {
        case .bonferroni: return p.map { $0 * m }
        case .sidak: return p.map { -expm1(m * log1p(-$0)) }
        case .holm: return runningMaximum(p) { $0 * (m - $1) }
        case .holmSidak: return runningMaximum(p) { -expm1((m - $1) * log1p(-$0)) }
        case .hochberg: return runningMinimum(p) { $0 * (m - $1) }
        case .benjaminiHochberg: return runningMinimum(p) { $0 * m / ($1 + 1) }
        case .benjaminiYekutieli:
            let harmonic = stride(from: 1.0, through: max(1, m), by: 1).reduce(0) { $0 + 1 / $1 }
            return runningMinimum(p) { $0 * m * harmonic / ($1 + 1) }
        }
    }

    private func runningMaximum(_ p: [Double], _ adjust: (Double, Double) -> Double) -> [Double] {
        var highest = 0.0
        return p.enumerated().map { rank, value in
            highest = max(highest, adjust(value, Double(rank)))
            return highest
        }
    }

    private func runningMinimum(_ p: [Double], _ adjust: (Double, Double) -> Double) -> [Double] {
        var lowest = 1.0
        let backwards = p.enumerated().reversed().map { rank, value in
            lowest = min(lowest, adjust(value, Double(rank)))
            return lowest
        }
        return backwards.reversed()
    }
}
