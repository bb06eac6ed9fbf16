extension AlertRules {
    /// What the quality policy says of a window: one observation a check, whatever the number of columns.
    func qualityObservations(of window: MonitoredWindow) -> [AlertObservation] {
        guard let policy = definition.quality else { return [] }
        let enough = window.rows >= policy.minimumRows
        let columns = window.findings.columns
        var checks = [
            check("missing", columns, enough) { column in
                exceedsMissing(column, policy) ? share(column.missingShare) + " missing" : nil
            },
            check("types", columns, enough) { column in
                column.mistypedShare > policy.maximumMistypedShare
                    ? share(column.mistypedShare) + " of another type or not finite" : nil
            },
            check("range", columns, enough) { column in
                let found = part(column.outOfRange, of: column.rows)
                return found > policy.maximumOutOfRangeShare ? share(found) + " outside its range" : nil
            },
            check("categories", columns, enough) { column in
                let found = part(column.unseen, of: column.rows)
                let limit = isDeclared(column.column) ? 0 : policy.maximumUnseenShare
                guard found > limit else { return nil }
                return "\(share(found)) of new categories (\(column.unseenCategories.joined(separator: ", ")))"
            },
        ]
        if let limit = policy.maximumDuplicateShare {
            checks.append(
                count("duplicates", part(window.findings.duplicates, of: window.rows), limit, enough, "repeated")
            )
        }
        if let limit = policy.maximumOutlierShare {
            checks.append(
                count("outliers", part(window.findings.outlierRows, of: window.rows), limit, enough, "with outliers")
            )
        }
        if let least = policy.minimumVolume, case .time = definition.window {
            checks.append(
                Check(
                    name: "volume",
                    value: Double(window.rows),
                    limit: Double(least),
                    isBad: window.rows < least,
                    message: "\(window.rows) rows, and \(least) are expected"
                )
            )
        }
        return checks.map { observation(of: $0, window, policy) }
    }

    /// One check of a window.
    private struct Check {
        var name: String
        /// Nil where there are too few rows to tell.
        var value: Double?
        var limit: Double
        var isBad: Bool
        var message: String
    }

    private func check(
        _ name: String,
        _ columns: [ColumnQuality],
        _ enough: Bool,
        problem: (ColumnQuality) -> String?
    ) -> Check {
        let bad = columns.compactMap { column in problem(column).map { "\(column.column): \($0)" } }
        return Check(
            name: name,
            value: enough ? Double(bad.count) : nil,
            limit: 1,
            isBad: enough && !bad.isEmpty,
            message: "\(bad.count) of \(columns.count) columns: \(listed(bad))"
        )
    }

    private func count(_ name: String, _ found: Double, _ limit: Double, _ enough: Bool, _ what: String) -> Check {
        Check(
            name: name,
            value: enough ? found : nil,
            limit: limit,
            isBad: enough && found > limit,
            message: "\(share(found)) of the rows are \(what), and \(share(limit)) may be"
        )
    }

    private func observation(
        of check: Check,
        _ window: MonitoredWindow,
        _ policy: QualityPolicy
    ) -> AlertObservation {
        AlertObservation(
            monitor: definition.name,
            series: "quality.\(check.name)",
            subject: definition.inputTopic,
            kind: .quality,
            severity: policy.severity,
            persistence: policy.persistence,
            value: check.value,
            limit: check.limit,
            isBad: check.isBad,
            isGood: !check.isBad,
            window: window.index,
            row: window.lastRow,
            message: "\(check.name) in window \(window.index) of \(definition.inputTopic): \(check.message)"
        )
    }

    /// More missing values than declared, or than the reference has, by the margin and beyond four standard errors.
    private func exceedsMissing(_ column: ColumnQuality, _ policy: QualityPolicy) -> Bool {
        if let declared = definition.columns.first(where: { $0.name == column.column })?.maximumMissingShare {
            return column.missingShare > declared
        }
        let expected = column.referenceMissingShare ?? 0
        let excess = column.missingShare - expected
        let error = (max(expected * (1 - expected), 0.0001) / Double(max(1, column.rows))).squareRoot()
        return excess > policy.missingMargin && excess > 4 * error
    }

    private func isDeclared(_ column: String) -> Bool {
        definition.columns.contains { $0.name == column && $0.categories != nil }
    }

    private func part(_ count: Int, of rows: Int) -> Double { rows == 0 ? 0 : Double(count) / Double(rows) }

    private func share(_ part: Double) -> String { "\((part * 1000).rounded() / 10) %" }
}
