/// The ways to compare a column of the current data with the reference, by the names that Evidently gives them.
package enum DriftMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// Two-sample Kolmogorov-Smirnov test.
    case kolmogorovSmirnov = "ks"
    /// Wasserstein distance in standard deviations of the reference.
    case wasserstein
    /// Population stability index.
    case populationStabilityIndex = "psi"
    /// Kullback-Leibler divergence of the reference from the current data.
    case kullbackLeibler = "kl_div"
    /// Jensen-Shannon distance in nats.
    case jensenShannon = "jensenshannon"
    /// Hellinger distance.
    case hellinger
    /// Two-sample Anderson-Darling test.
    case andersonDarling = "anderson"
    /// Two-sample Cramér-von Mises test.
    case cramerVonMises = "cramer_von_mises"
    /// Mann-Whitney's U test.
    case mannWhitney = "mannw"
    /// Student's test of two means.
    case student = "t_test"
    /// Energy distance.
    case energy = "ed"
    /// Epps-Singleton test of the characteristic functions.
    case eppsSingleton = "es"
    /// χ² test of the mix of categories.
    case chiSquared = "chisquare"
    /// z test of two proportions.
    case proportions = "z"
    /// Likelihood ratio test of the mix of categories.
    case likelihoodRatio = "g_test"
    /// Fisher's exact test of two categories.
    case fisherExact = "fisher_exact"
    /// Total variation distance.
    case totalVariation = "TVD"
    /// Largest difference of any share.
    case largestDifference = "l_infinity"

    /// What the score is.
    package enum Score: String, Sendable, Hashable {
        /// Small when the sides differ.
        case pValue = "p_value"
        /// Large when the sides differ.
        case distance
    }

    /// Whether the score is a p-value or a distance.
    package var score: Score {
        switch self {
        case .kolmogorovSmirnov, .andersonDarling, .cramerVonMises, .mannWhitney, .student, .eppsSingleton,
            .chiSquared, .proportions, .likelihoodRatio, .fisherExact:
            .pValue
        case .wasserstein, .populationStabilityIndex, .kullbackLeibler, .jensenShannon, .hellinger, .energy,
            .totalVariation, .largestDifference:
            .distance
        }
    }

    /// The limit that Evidently 0.7 takes for the method when none is given.
    package var defaultThreshold: Double {
        switch self {
        case .kolmogorovSmirnov, .mannWhitney, .student, .eppsSingleton, .chiSquared, .proportions: 0.05
        default: 0.1
        }
    }

    /// Whether it compares numbers as numbers; the others compare shares, of categories or of bins of numbers.
    package var needsNumbers: Bool {
        switch self {
        case .kolmogorovSmirnov, .wasserstein, .andersonDarling, .cramerVonMises, .mannWhitney, .student, .energy,
            .eppsSingleton:
            true
        default: false
        }
    }

    /// The method as Evidently's reports call it.
    package var displayName: String {
        switch self {
        case .kolmogorovSmirnov: "K-S p_value"
        case .wasserstein: "Wasserstein distance (normed)"
        case .populationStabilityIndex: "PSI"
        case .kullbackLeibler: "Kullback-Leibler divergence"
        case .jensenShannon: "Jensen-Shannon distance"
        case .hellinger: "Hellinger distance"
        case .andersonDarling: "Anderson-Darling"
        case .cramerVonMises: "Cramer-von Mises"
        case .mannWhitney: "Mann-Whitney U-rank test"
        case .student: "t_test"
        case .energy: "Energy-distance"
        case .eppsSingleton: "Epps-Singleton"
        case .chiSquared: "chi-square p_value"
        case .proportions: "Z-test p_value"
        case .likelihoodRatio: "g_test"
        case .fisherExact: "Fisher's Exact test"
        case .totalVariation: "Total-Variation-Distance"
        case .largestDifference: "L-infinity distance"
        }
    }

    /// Whether `score` lies beyond `threshold`; at the limit itself as Evidently decides for each method.
    package func isBeyond(_ threshold: Double, _ score: Double) -> Bool {
        switch self {
        case .kolmogorovSmirnov, .cramerVonMises: score <= threshold
        case .energy: score > threshold
        default: self.score == .pValue ? score < threshold : score >= threshold
        }
    }
}

/// Whose answer to give where Evidently 0.7 is known to be wrong (docs/monitoring.md lists the differences).
package enum Compatibility: String, Sendable, Hashable, Codable, CaseIterable {
    /// The right answer.
    case none
    /// Evidently's, digit for digit.
    case evidently = "evidently-0.7"
}

extension DriftMethod {
    /// The method that Evidently 0.7 takes when none is asked for.
    ///
    /// - Parameters:
    ///   - isNumeric: whether the column is numeric; else it is one of categories.
    ///   - referenceRows: finite or present values of the reference.
    ///   - distinctValues: distinct values of both sides together; counting may stop beyond 5.
    /// - Returns: the method.
    package static func byDefault(isNumeric: Bool, referenceRows: Int, distinctValues: Int) -> DriftMethod {
        let isSmall = referenceRows <= 1000
        if isNumeric, distinctValues > 5 { return isSmall ? .kolmogorovSmirnov : .wasserstein }
        guard isSmall else { return .jensenShannon }
        return distinctValues > 2 ? .chiSquared : .proportions
    }
}
