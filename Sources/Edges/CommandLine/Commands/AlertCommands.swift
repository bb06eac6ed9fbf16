internal import JSON

/// The commands of `martlet monitor` about alerts.
enum AlertCommands {
    static let all = [alerts, alert, acknowledge, silence, silences, unsilence]

    private static let id = PlaceSpecification.required("ALERT", "the alert's id")

    private static let alerts = CommandSpecification(
        name: "alerts",
        summary: "Lists alerts, newest first",
        places: [.optional("MONITOR", "only those of one monitor")],
        options: [.value("--status", "STATUS", "open, acknowledged, silenced or resolved; all without")]
    ) { invocation, context in
        context.report.list(
            try await context.client().get(
                ["alerts"],
                [("monitor", invocation.word("MONITOR")), ("status", invocation.value("--status"))]
            ),
            [
                Column("ALERT", "id"), Column("STATUS", "status"), Column("SEVERITY", "severity"),
                Column("KIND", "kind"), Column("OPENED", "opened_at"), Column("WINDOW", "window"),
                Column("MESSAGE", "message"),
            ],
            empty: "no alerts"
        )
    }

    private static let alert = CommandSpecification(
        name: "alert",
        summary: "Shows one alert with what was sent about it",
        places: [id]
    ) { invocation, context in
        let alert = try await context.client().get(["alerts", invocation.required("ALERT")])
        context.report.fields(
            alert,
            [
                Column("alert", "id"), Column("status", "status"), Column("severity", "severity"),
                Column("message", "message"), Column("value", "value"), Column("limit", "limit"),
                Column("newest value", "last_value"), Column("window", "window"), Column("row", "row"),
                Column("opened", "opened_at"), Column("resolved", "resolved_at"),
                Column("acknowledged by", "acknowledged.actor"), Column("note", "acknowledged.note"),
                Column("silenced until", "silenced_until"),
            ]
        )
        context.report.section(
            "sent",
            alert["deliveries"]?.arrayValue ?? [],
            [
                Column("ROUTE", "route"), Column("EVENT", "event"), Column("STATE", "state"),
                Column("ATTEMPTS", "attempts"), Column("PROBLEM", "problem"),
            ]
        )
    }

    private static let acknowledge = CommandSpecification(
        name: "acknowledge",
        summary: "Says that somebody looks after an alert: it is not sent again",
        places: [id],
        options: [
            .value("--note", "TEXT", "What others should know"), .value("--actor", "NAME", "Who; $USER without"),
        ]
    ) { invocation, context in
        let id = invocation.required("ALERT")
        let answer = try await context.client().post(
            ["alerts", id, "acknowledge"],
            ["actor": .string(actor(invocation, context)), "note": .string(invocation.value("--note") ?? "")]
        )
        context.report.line("acknowledged \(id)", answer)
    }

    private static let silence = CommandSpecification(
        name: "silence",
        summary: "Holds alerts of a monitor back for some time",
        places: [.required("MONITOR", "the monitor's name")],
        options: [
            .value("--minutes", "COUNT", "How long; 60 without"), .value("--reason", "TEXT", "Why; needed"),
            .value("--fingerprint", "TEXT", "Only alerts of this kind, as alerts carry it"),
            .value("--actor", "NAME", "Who; $USER without"),
        ]
    ) { invocation, context in
        guard let reason = invocation.value("--reason") else { throw CommandFailure.usage("--reason is needed") }
        let minutes = try invocation.integer("--minutes", 1...527_040) ?? 60
        var body: JSONObject = [
            "monitor": .string(invocation.required("MONITOR")), "seconds": .int(Int64(minutes) * 60),
            "reason": .string(reason), "actor": .string(actor(invocation, context)),
        ]
        if let fingerprint = invocation.value("--fingerprint") { body["fingerprint"] = .string(fingerprint) }
        let answer = try await context.client().post(["silences"], body)
        context.report.line("silenced until \(answer["until"]?.stringValue ?? "")", answer)
    }

    private static let silences = CommandSpecification(
        name: "silences",
        summary: "Lists the silences that hold now"
    ) { _, context in
        context.report.list(
            try await context.client().get(["silences"]),
            [
                Column("SILENCE", "id"), Column("MONITOR", "monitor"), Column("FINGERPRINT", "fingerprint"),
                Column("UNTIL", "until"), Column("BY", "actor"), Column("REASON", "reason"),
            ],
            empty: "nothing is silenced"
        )
    }

    private static let unsilence = CommandSpecification(
        name: "unsilence",
        summary: "Ends a silence",
        places: [.required("SILENCE", "the silence's id")]
    ) { invocation, context in
        let id = invocation.required("SILENCE")
        try await context.client().delete(["silences", id])
        context.report.line("ended silence \(id)", ["ended": .string(id)])
    }

    @Sendable private static func actor(_ invocation: Invocation, _ context: CommandContext) -> String {
        invocation.value("--actor") ?? context.streams.environment("USER") ?? "command line"
    }
}
