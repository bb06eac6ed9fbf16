internal import Inference
internal import Primitives
internal import Streams

/// What became of a batch of rows.
struct ScoredBatch: Sendable {
    /// For each partition, the row behind the last one of the batch.
    var next: [Int32: Int64] = [:]
    /// Rows that were scored.
    var rows = 0
    /// Rows that were rejected.
    var rejections = 0
    /// When some of the rows were produced, for the latency.
    var producedAt: [Int64] = []
}

/// Turns messages into predictions and rejections: decode all, score all at once, write all.
///
/// Memory is kept from batch to batch; nothing is allocated for a row that is scored.
struct RowScorer {
    /// A row of the matrix and the message that it came from.
    private struct Row {
        let message: Int
        let offset: Int64
        let timestamp: Int64
    }

    private static let largestKey = 64 << 10

    private let configuration: DeploymentConfiguration
    private(set) var model: LoadedModel
    private var decoder: RowDecoder
    private var rejectionWriter: RejectionWriter
    private var writers: [Int32: PredictionWriter] = [:]
    private var matrix: [Float] = []
    private var scores: [Float] = []
    private var rows: [Row] = []

    /// Predictions of the last batch.
    private(set) var outputs: ProducerBatch
    /// Rejections of the last batch.
    private(set) var errors: ProducerBatch

    init(_ configuration: DeploymentConfiguration, model: LoadedModel) {
        self.configuration = configuration
        self.model = model
        decoder = RowDecoder(model.columns)
        rejectionWriter = RejectionWriter(deployment: configuration.name, model: model.resolved)
        outputs = ProducerBatch(topic: configuration.output)
        errors = ProducerBatch(topic: configuration.errors)
    }

    /// Scores by another model from the next batch on.
    mutating func use(_ model: LoadedModel) {
        self.model = model
        decoder = RowDecoder(model.columns)
        rejectionWriter = RejectionWriter(deployment: configuration.name, model: model.resolved)
        writers.removeAll()
    }

    /// Scores a batch into ``outputs`` and ``errors``; leaves out what `points` say was written before.
    mutating func score(_ batch: StreamBatch, points: [Int32: ResumePoint]) -> ScoredBatch {
        outputs.removeAll()
        errors.removeAll()
        matrix.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
        var summary = ScoredBatch()
        batch.withMessages { messages in
            decode(messages, points, &summary)
            computeScores(messages)
            write(messages, &summary)
        }
        summary.rows = outputs.count
        summary.rejections = errors.count
        return summary
    }

    private mutating func decode(
        _ messages: StreamMessages,
        _ points: [Int32: ResumePoint],
        _ summary: inout ScoredBatch
    ) {
        var partition: Int32 = -1
        var point = ResumePoint(next: 0)
        for index in 0..<messages.count {
            let message = messages[index]
            if message.partition != partition {
                if partition >= 0 { summary.next[partition] = point.next }
                partition = message.partition
                point = points[partition] ?? ResumePoint(next: 0)
                point.next = max(point.next, summary.next[partition] ?? 0)
            }
            let offset = message.offset
            guard offset >= point.next else { continue }
            point.next = offset + 1
            if !point.rejected.isEmpty, point.rejected.contains(offset) { continue }
            do throws(RowRejection) {
                try decoder.decode(message.value, into: &matrix)
                if offset > point.lastScored {
                    rows.append(Row(message: index, offset: offset, timestamp: message.timestampMilliseconds))
                } else {
                    matrix.removeLast(model.columns.count)
                }
            } catch {
                reject(message, error)
            }
        }
        if partition >= 0 { summary.next[partition] = point.next }
    }

    /// Scores the matrix at once; where that fails, each row by itself, so that one cannot spoil the others.
    private mutating func computeScores(_ messages: StreamMessages) {
        let width = model.columns.count
        do throws(InferenceError) {
            try matrix.withUnsafeBufferPointer { cells throws(InferenceError) in
                try model.score(cells, count: rows.count, into: &scores)
            }
        } catch {
            scores.removeAll(keepingCapacity: true)
            var single: [Float] = []
            for index in rows.indices {
                let score = try? matrix[index * width..<(index + 1) * width].withUnsafeBufferPointer {
                    try model.score($0, count: 1, into: &single)
                    return single.first
                }
                scores.append((score ?? nil) ?? .nan)
            }
        }
    }

    private mutating func write(_ messages: StreamMessages, _ summary: inout ScoredBatch) {
        // A header costs an allocation in the library, so of a long batch only some rows are timed.
        let stride = rows.count <= 64 ? 1 : 16
        let now = WallClock.nowNanoseconds()
        for (index, row) in rows.enumerated() {
            let message = messages[row.message]
            let score = scores[index]
            guard score.isFinite else {
                reject(message, RowRejection(.modelFailed, "the model gives no number for this row"))
                continue
            }
            let writer = writer(message.partition)
            outputs.append(
                partition: message.partition,
                timestampMilliseconds: row.timestamp > 0 ? row.timestamp : nil,
                key: key(message)
            ) { bytes in
                writer.write(offset: row.offset, eventTime: row.timestamp, score: score, into: &bytes)
            }
            if index % stride == 0 { summary.producedAt.append(producedAt(message) ?? now) }
        }
    }

    private mutating func writer(_ partition: Int32) -> PredictionWriter {
        if let writer = writers[partition] { return writer }
        let writer = PredictionWriter(
            model: model.resolved.name,
            version: model.resolved.version,
            scoreKind: model.scoreKind,
            topic: configuration.input,
            partition: partition
        )
        writers[partition] = writer
        return writer
    }

    private mutating func reject(_ message: StreamMessage, _ rejection: RowRejection) {
        let json = rejectionWriter.write(
            rejection,
            topic: configuration.input,
            partition: message.partition,
            offset: message.offset,
            value: message.value
        )
        errors.append(partition: message.partition, timestampMilliseconds: nil, key: key(message)) {
            $0.append(contentsOf: json)
        }
    }

    /// The row's key, unless it is so large that the record might not be taken, which would stall all rows behind it.
    private func key(_ message: StreamMessage) -> UnsafeRawBufferPointer? {
        guard let key = message.key, key.count <= RowScorer.largestKey else { return nil }
        return key
    }

    private func producedAt(_ message: StreamMessage) -> Int64? {
        guard let bytes = message.header(ReplaySource.producedAtHeader), bytes.count <= 19 else { return nil }
        var value: Int64 = 0
        for byte in bytes {
            guard case UInt8(ascii: "0")...UInt8(ascii: "9") = byte else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
            if overflow || carried { return nil }
            value = sum
        }
        return bytes.isEmpty ? nil : value
    }
}
