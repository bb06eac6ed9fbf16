import CPlatform

/// Why a batch does not enter the log.
package struct BatchRefusal: Error, Equatable {
    /// The code for the client.
    package let code: KafkaErrorCode
    /// The reason in words.
    package let message: String

    /// A refusal.
    package init(_ code: KafkaErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// What a topic asks of a batch.
package struct BatchRequirements: Sendable {
    /// The largest batch.
    package var maximumBytes: Int
    /// Whether each record must have a key: compacted topics.
    package var keysRequired: Bool
    /// The times that records may have.
    package var timestamps: ClosedRange<Int64>
    /// Whether zstd may be used: from Produce 7.
    package var allowsZstandard: Bool

    /// Requirements.
    package init(maximumBytes: Int, keysRequired: Bool, timestamps: ClosedRange<Int64>, allowsZstandard: Bool) {
        self.maximumBytes = maximumBytes
        self.keysRequired = keysRequired
        self.timestamps = timestamps
        self.allowsZstandard = allowsZstandard
    }
}

/// What is known of a batch that ``RecordBatch/inspect(_:)`` let through.
package struct BatchFacts: Sendable {
    /// The header, which can be believed.
    package let header: RecordBatchHeader
    /// Whether a record without a key was seen; the inside of compressed batches is not looked at.
    var hasRecordWithoutKey = false
    /// The earliest time of a record; nil where none is known.
    var earliestTime: Int64?
    /// The latest time of a record; nil where none is known.
    var latestTime: Int64?

    init(header: RecordBatchHeader) { self.header = header }

    /// Checks what a topic asks.
    ///
    /// - Throws: ``BatchRefusal`` with the protocol's code.
    package func check(_ requirements: BatchRequirements) throws(BatchRefusal) {
        guard header.totalBytes <= requirements.maximumBytes else {
            let limit = requirements.maximumBytes
            throw BatchRefusal(.messageTooLarge, "the batch has \(header.totalBytes) bytes, the topic takes \(limit)")
        }
        guard header.codec != 4 || requirements.allowsZstandard else {
            throw BatchRefusal(.unsupportedCompressionType, "zstd is not allowed in this version of the request")
        }
        guard !hasRecordWithoutKey || !requirements.keysRequired else {
            throw BatchRefusal(.invalidRecord, "a compacted topic takes only records with a key")
        }
        let times = [header.maxTimestamp < 0 ? nil : header.maxTimestamp, earliestTime, latestTime]
        for case let time? in times where !requirements.timestamps.contains(time) {
            throw BatchRefusal(.invalidTimestamp, "a record's time, \(time), is outside the topic's limits")
        }
    }
}

/// Checks and stamps record batches in place: they are stored as they came.
package enum RecordBatch {
    /// Checks the one batch that a producer sent for a partition.
    ///
    /// - Returns: the header, which can be believed from here on.
    /// - Throws: ``BatchRefusal`` with the protocol's code.
    /// - Complexity: linear in the bytes: the checksum, and for uncompressed batches a walk over the records.
    package static func validate(
        _ bytes: UnsafeRawBufferPointer,
        _ requirements: BatchRequirements
    ) throws(BatchRefusal) -> RecordBatchHeader {
        let facts = try inspect(bytes)
        try facts.check(requirements)
        return facts.header
    }

    /// Checks what is true of a batch for every topic: sizes, checksum, fields, and that its records can be read.
    ///
    /// Needs nothing but the bytes, so it can be done on any thread; ``BatchFacts/check(_:)`` does the rest.
    ///
    /// - Throws: ``BatchRefusal`` with the protocol's code.
    /// - Complexity: linear in the bytes: the checksum, and for uncompressed batches a walk over the records.
    package static func inspect(_ bytes: UnsafeRawBufferPointer) throws(BatchRefusal) -> BatchFacts {
        guard let header = RecordBatchHeader(bytes) else {
            guard bytes.count > 16, bytes[16] != UInt8(RecordBatchHeader.magic) else {
                throw BatchRefusal(.corruptMessage, "\(bytes.count) bytes are too few for a record batch")
            }
            throw BatchRefusal(.invalidRecord, "the record format is not 2; produce with version 3 or later")
        }
        guard header.magic == RecordBatchHeader.magic else {
            throw BatchRefusal(.invalidRecord, "the record format is \(header.magic), not 2")
        }
        guard header.isSane || header.baseOffset < 0, header.batchLength >= 49, header.totalBytes <= bytes.count else {
            throw BatchRefusal(.corruptMessage, "the batch claims \(header.batchLength) bytes, which cannot be")
        }
        guard header.totalBytes == bytes.count else {
            throw BatchRefusal(.invalidRecord, "a partition takes exactly one record batch per request")
        }
        guard header.crc == checksum(bytes) else {
            throw BatchRefusal(.corruptMessage, "the checksum of the batch does not match its bytes")
        }
        try inspectFields(header)
        var facts = BatchFacts(header: header)
        if header.codec == 0 { try inspectRecords(bytes, &facts) }
        return facts
    }

    private static func inspectFields(_ header: RecordBatchHeader) throws(BatchRefusal) {
        guard header.recordCount > 0, header.lastOffsetDelta == header.recordCount - 1 else {
            throw BatchRefusal(.invalidRecord, "the record count and the last offset delta of the batch disagree")
        }
        guard !header.isControl else {
            throw BatchRefusal(.invalidRecord, "control batches are the broker's own")
        }
        guard header.codec <= 4 else {
            throw BatchRefusal(.unsupportedCompressionType, "there is no codec \(header.codec)")
        }
        guard header.producerID < 0 || (header.baseSequence >= 0 && header.producerEpoch >= 0) else {
            throw BatchRefusal(.invalidRecord, "a batch with a producer id needs an epoch and a sequence number")
        }
        guard header.producerID >= 0 || !header.isTransactional else {
            throw BatchRefusal(.invalidRecord, "a transactional batch needs a producer id")
        }
    }

    private static func inspectRecords(
        _ bytes: UnsafeRawBufferPointer,
        _ facts: inout BatchFacts
    ) throws(BatchRefusal) {
        let header = facts.header
        var walker = RecordWalker(UnsafeRawBufferPointer(rebasing: bytes[RecordBatchHeader.byteCount...]))
        var earliest = Int64.max
        var latest = Int64.min
        for index in 0..<header.recordCount {
            guard let record = walker.next(), record.offsetDelta == Int64(index) else {
                throw BatchRefusal(.invalidRecord, "record \(index) of the batch is malformed")
            }
            facts.hasRecordWithoutKey = facts.hasRecordWithoutKey || record.keyLength < 0
            earliest = min(earliest, record.timestampDelta)
            latest = max(latest, record.timestampDelta)
        }
        guard walker.isAtEnd else {
            throw BatchRefusal(.invalidRecord, "bytes are left over after the last record of the batch")
        }
        if header.baseTimestamp >= 0 {
            facts.earliestTime = header.baseTimestamp &+ earliest
            facts.latestTime = header.baseTimestamp &+ latest
        }
    }

    /// The checksum that a batch of these bytes must carry.
    package static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        precondition(bytes.count >= RecordBatchHeader.byteCount, "a batch has a header")
        return martlet_crc32c(0, bytes.baseAddress?.advanced(by: 21), bytes.count - 21)
    }

    /// Writes what the broker decides into a batch: its offset and the leader's epoch.
    package static func stamp(_ bytes: UnsafeMutableRawBufferPointer, baseOffset: Int64, leaderEpoch: Int32) {
        bytes.storeBytes(of: baseOffset.bigEndian, toByteOffset: 0, as: Int64.self)
        bytes.storeBytes(of: leaderEpoch.bigEndian, toByteOffset: 12, as: Int32.self)
    }

    /// Gives every record of a batch the broker's time, and the batch its new checksum.
    package static func stampAppendTime(_ bytes: UnsafeMutableRawBufferPointer, milliseconds: Int64) {
        let attributes = Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: 21, as: Int16.self)) | 0x08
        bytes.storeBytes(of: attributes.bigEndian, toByteOffset: 21, as: Int16.self)
        bytes.storeBytes(of: milliseconds.bigEndian, toByteOffset: 35, as: Int64.self)
        bytes.storeBytes(of: checksum(UnsafeRawBufferPointer(bytes)).bigEndian, toByteOffset: 17, as: UInt32.self)
    }
}
