/// A producer that wants an identity (API 22).
package struct InitProducerIDRequest: WireRequest {
    /// The transactional id, nil for a merely idempotent producer.
    package let transactionalID: String?
    /// How long a transaction may stay open.
    package let timeoutMilliseconds: Int32
    /// The identity it has already, -1 for none.
    package let producerID: Int64
    /// The epoch it has already, -1 for none.
    package let producerEpoch: Int16

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        transactionalID = try reader.nullableString()
        timeoutMilliseconds = try reader.int32()
        producerID = reader.since(3) ? try reader.int64() : -1
        producerEpoch = reader.since(3) ? try reader.int16() : -1
        try reader.tags()
    }
}

/// The identity (API 22).
package struct InitProducerIDResponse: WireResponse {
    /// What went wrong.
    package var error: KafkaErrorCode
    /// The producer id, -1 on error.
    package var producerID: Int64
    /// The epoch.
    package var producerEpoch: Int16

    /// The response.
    package init(error: KafkaErrorCode, producerID: Int64 = -1, producerEpoch: Int16 = -1) {
        self.error = error
        self.producerID = producerID
        self.producerEpoch = producerEpoch
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.int16(error.rawValue)
        writer.int64(producerID)
        writer.int16(producerEpoch)
        writer.tags()
    }
}

/// Who speaks in a transaction.
package struct TransactionOwner: Hashable, Sendable {
    /// The transactional id.
    package let transactionalID: String
    /// The producer id.
    package let producerID: Int64
    /// The producer's epoch.
    package let producerEpoch: Int16

    init(from reader: inout WireReader) throws(WireError) {
        transactionalID = try reader.string()
        producerID = try reader.int64()
        producerEpoch = try reader.int16()
    }

    init(transactionalID: String, producerID: Int64, producerEpoch: Int16) {
        self.transactionalID = transactionalID
        self.producerID = producerID
        self.producerEpoch = producerEpoch
    }
}

/// Partitions that a transaction will write to (API 24).
package struct AddPartitionsToTransactionRequest: WireRequest {
    /// Who asks.
    package let owner: TransactionOwner
    /// The partitions by topic.
    package let topics: [OffsetFetchRequest.Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        owner = try TransactionOwner(from: &reader)
        topics = try reader.topics(WireReader.partitionIndex)
        try reader.tags()
    }
}

/// A group whose positions a transaction will commit (API 25).
package struct AddOffsetsToTransactionRequest: WireRequest {
    /// Who asks.
    package let owner: TransactionOwner
    /// The group.
    package let groupID: String

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        owner = try TransactionOwner(from: &reader)
        groupID = try reader.string()
        try reader.tags()
    }
}

/// The end of a transaction (API 26).
package struct EndTransactionRequest: WireRequest {
    /// Who asks.
    package let owner: TransactionOwner
    /// Whether to commit, else to abort.
    package let commits: Bool

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        owner = try TransactionOwner(from: &reader)
        commits = try reader.bool()
        try reader.tags()
    }
}

/// Positions that become visible when the transaction commits (API 28).
package struct TransactionOffsetCommitRequest: WireRequest {
    /// Who asks.
    package let owner: TransactionOwner
    /// The group.
    package let groupID: String
    /// The generation that the member believes in, -1 when not said.
    package let generationID: Int32
    /// The member, empty when not said.
    package let memberID: String
    /// Its static name.
    package let groupInstanceID: String?
    /// The positions by topic.
    package let topics: [OffsetCommitRequest.Topic]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        let transactionalID = try reader.string()
        groupID = try reader.string()
        let producerID = try reader.int64()
        let producerEpoch = try reader.int16()
        owner = TransactionOwner(
            transactionalID: transactionalID,
            producerID: producerID,
            producerEpoch: producerEpoch
        )
        generationID = reader.since(3) ? try reader.int32() : -1
        memberID = reader.since(3) ? try reader.string() : ""
        groupInstanceID = reader.since(3) ? try reader.nullableString() : nil
        topics = try reader.topics { reader throws(WireError) in
            try OffsetCommitRequest.Partition(from: &reader, epochSince: 2)
        }
        try reader.tags()
    }
}

/// Transactions to describe (API 65).
package struct DescribeTransactionsRequest: WireRequest {
    /// The transactional ids.
    package let transactionalIDs: [String]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        transactionalIDs = try reader.array { reader throws(WireError) in try reader.string() }
        try reader.tags()
    }
}

/// The transactions (API 65).
package struct DescribeTransactionsResponse: WireResponse {
    /// One transaction.
    package struct Transaction: Sendable {
        /// What went wrong.
        package var error: KafkaErrorCode = .none
        /// The transactional id.
        package var transactionalID: String
        /// Its state by name.
        package var state = ""
        /// How long it may stay open.
        package var timeoutMilliseconds: Int32 = 0
        /// When it began, -1 when none is open.
        package var startTime: Int64 = -1
        /// The producer id.
        package var producerID: Int64 = -1
        /// The producer's epoch.
        package var producerEpoch: Int16 = -1
        /// The partitions by topic.
        package var topics: [TopicEntries<Int32>] = []

        /// A transaction that nothing is known of.
        package init(transactionalID: String) { self.transactionalID = transactionalID }
    }

    /// The transactions.
    package var transactions: [Transaction]

    /// The response.
    package init(transactions: [Transaction]) { self.transactions = transactions }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.array(transactions) { writer, transaction in
            writer.int16(transaction.error.rawValue)
            writer.string(transaction.transactionalID)
            writer.string(transaction.state)
            writer.int32(transaction.timeoutMilliseconds)
            writer.int64(transaction.startTime)
            writer.int64(transaction.producerID)
            writer.int16(transaction.producerEpoch)
            writer.topics(transaction.topics) { $0.int32($1) }
            writer.tags()
        }
        writer.tags()
    }
}

/// Which transactions there are (API 66).
package struct ListTransactionsRequest: WireRequest {
    /// Only these states; empty for all.
    package let states: [String]
    /// Only these producers; empty for all.
    package let producerIDs: [Int64]

    /// Reads the body.
    package init(from reader: inout WireReader) throws(WireError) {
        states = try reader.array { reader throws(WireError) in try reader.string() }
        producerIDs = try reader.array { reader throws(WireError) in try reader.int64() }
        try reader.tags()
    }
}

/// The transactions (API 66).
package struct ListTransactionsResponse: WireResponse {
    /// The states asked for that do not exist.
    package var unknownStates: [String]
    /// The transactions: id, producer and state.
    package var transactions: [(transactionalID: String, producerID: Int64, state: String)]

    /// The response.
    package init(
        unknownStates: [String],
        transactions: [(transactionalID: String, producerID: Int64, state: String)]
    ) {
        self.unknownStates = unknownStates
        self.transactions = transactions
    }

    /// Writes the body.
    package func encode(into writer: inout WireWriter) {
        writer.int32(0)
        writer.int16(0)
        writer.array(unknownStates) { $0.string($1) }
        writer.array(transactions) { writer, transaction in
            writer.string(transaction.transactionalID)
            writer.int64(transaction.producerID)
            writer.string(transaction.state)
            writer.tags()
        }
        writer.tags()
    }
}
