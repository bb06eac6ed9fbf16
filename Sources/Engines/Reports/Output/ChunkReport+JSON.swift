package import JSON
internal import Statistics

extension ChunkReport {
    /// The report for programs; names of methods, periods and keys are NannyML's.
    package var json: JSONValue {
        [
            "kind": "chunks",
            "reference": reference.json,
            "current": current.json,
            "rows_count": json(rowCounts),
            "columns": .array(columns.map(json)),
            "estimates": .array(estimates.map(json)),
            "skipped": .array(skipped.map { ["column": .string($0.name), "reason": .string($0.reason)] }),
        ]
    }

    private func json(_ column: ChunkColumn) -> JSONValue {
        let methods = ChunkMethod.allCases.compactMap { method in
            column.series[method].map { series -> JSONValue in
                [
                    "method": .string(method.rawValue),
                    "lower_threshold": series.limits.lower.map { .finite($0) } ?? .null,
                    "upper_threshold": series.limits.upper.map { .finite($0) } ?? .null,
                    "chunks": .array(chunks(series)),
                ]
            }
        }
        return [
            "column": .string(column.name),
            "type": .string(column.kind.rawValue),
            "methods": .array(methods),
            "quality": .array(column.quality.map(json)),
        ]
    }

    private func json(_ quality: ChunkQuality) -> JSONValue {
        let bands = quality.statistic.hasError ? (quality.bandsOfReference, quality.bandsOfCurrent) : nil
        return [
            "metric": .string(quality.statistic.rawValue),
            "lower_threshold": quality.series.limits.lower.map { .finite($0) } ?? .null,
            "upper_threshold": quality.series.limits.upper.map { .finite($0) } ?? .null,
            "chunks": .array(chunks(quality.series, bands: bands)),
        ]
    }

    private func json(_ estimate: ChunkEstimate) -> JSONValue {
        [
            "metric": .string(estimate.metric),
            "lower_threshold": estimate.series.limits.lower.map { .finite($0) } ?? .null,
            "upper_threshold": estimate.series.limits.upper.map { .finite($0) } ?? .null,
            "chunks": .array(
                chunks(
                    estimate.series,
                    realised: (estimate.realisedReference, estimate.realisedCurrent),
                    bands: (estimate.bandsOfReference, estimate.bandsOfCurrent)
                )
            ),
        ]
    }

    private func chunks(
        _ series: ChunkSeries,
        realised: (reference: [Double?], current: [Double?])? = nil,
        bands: (reference: [EstimateBand?], current: [EstimateBand?])? = nil
    ) -> [JSONValue] {
        Self.chunks(series.reference, referenceRanges, "reference", realised?.reference, bands?.reference)
            + Self.chunks(series.current, currentRanges, "analysis", realised?.current, bands?.current)
    }

    private static func chunks(
        _ findings: [ChunkFinding],
        _ ranges: [Range<Int>],
        _ period: String,
        _ realised: [Double?]?,
        _ bands: [EstimateBand?]?
    ) -> [JSONValue] {
        zip(findings, ranges).enumerated().map { index, chunk in
            let (finding, rows) = chunk
            var object: JSONObject = [
                "key": .string("[\(rows.lowerBound):\(rows.upperBound - 1)]"),
                "period": .string(period),
                "start_index": .int(Int64(rows.lowerBound)),
                "end_index": .int(Int64(rows.upperBound - 1)),
                "value": finding.value.map { .finite($0) } ?? .null,
                "alert": .bool(finding.isUnusual),
            ]
            if let realised { object["realized"] = realised[index].map { .finite($0) } ?? .null }
            if let bands {
                let band = bands[index]
                object["sampling_error"] = band.map { .finite($0.samplingError) } ?? .null
                object["lower_confidence_boundary"] = band?.lower.map { .finite($0) } ?? .null
                object["upper_confidence_boundary"] = band?.upper.map { .finite($0) } ?? .null
            }
            return .object(object)
        }
    }
}
