/// An option of a command.
struct OptionSpecification: Sendable {
    /// With its dashes, such as `--port`.
    let name: String
    /// What the value is, such as `PORT`; nil for a flag.
    let value: String?
    let help: String
    /// Whether it may be given more than once.
    var isRepeatable = false

    static func flag(_ name: String, _ help: String) -> OptionSpecification {
        OptionSpecification(name: name, value: nil, help: help)
    }

    /// An option that may be given more than once.
    static func values(_ name: String, _ value: String, _ help: String) -> OptionSpecification {
        OptionSpecification(name: name, value: value, help: help, isRepeatable: true)
    }

    static func value(_ name: String, _ value: String, _ help: String) -> OptionSpecification {
        OptionSpecification(name: name, value: value, help: help)
    }
}

/// A word that a command takes by its place.
struct PlaceSpecification: Sendable {
    let name: String
    let isRequired: Bool
    let help: String

    static func required(_ name: String, _ help: String) -> PlaceSpecification {
        PlaceSpecification(name: name, isRequired: true, help: help)
    }

    static func optional(_ name: String, _ help: String) -> PlaceSpecification {
        PlaceSpecification(name: name, isRequired: false, help: help)
    }
}

/// A command: what it takes, and what it does.
struct CommandSpecification: Sendable {
    /// Does the command's work.
    typealias Action = @Sendable (Invocation, CommandContext) async throws -> Void

    let name: String
    let summary: String
    var places: [PlaceSpecification] = []
    var options: [OptionSpecification] = []
    /// Whether it talks to a server, and so takes `--server` and `--json`.
    var isClient = true
    let action: Action

    /// All options, with those that every command takes.
    var allOptions: [OptionSpecification] {
        options + (isClient ? CommandSpecification.clientOptions : []) + [.flag("--help", "Shows this and ends")]
    }

    private static let clientOptions: [OptionSpecification] = [
        .flag("--json", "Prints JSON for programs, as the server gives it"),
        .value("--server", "URL", "The server; $MARTLET_SERVER, else http://127.0.0.1:8080"),
    ]
}

/// Commands under one word, such as `topics`; without a further word the first one runs.
struct CommandGroup: Sendable {
    let name: String
    let summary: String
    let commands: [CommandSpecification]

    /// A word that is a command by itself.
    static func single(_ command: CommandSpecification) -> CommandGroup {
        CommandGroup(name: command.name, summary: command.summary, commands: [command])
    }

    var isSingle: Bool { commands.count == 1 && commands[0].name == name }
}

/// What was given to a command.
struct Invocation: Sendable {
    private(set) var words: [String: String] = [:]
    private(set) var values: [String: [String]] = [:]
    private(set) var flags: Set<String> = []

    /// The word at a place, nil where an optional one was left out.
    func word(_ name: String) -> String? { words[name] }

    /// The word at a place that is required.
    func required(_ name: String) -> String { words[name] ?? "" }

    /// The value of an option.
    func value(_ option: String) -> String? { values[option]?.last }

    /// All values of an option that may be given more than once, in order.
    func allValues(_ option: String) -> [String] { values[option] ?? [] }

    /// The values `NAME=VALUE` of an option that may be given more than once; each name once.
    func pairs(_ option: String) throws(CommandFailure) -> [String: String] {
        var pairs: [String: String] = [:]
        for text in allValues(option) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else { throw .usage("\(option) takes NAME=VALUE, not '\(text)'") }
            guard pairs.updateValue(parts[1], forKey: parts[0]) == nil else {
                throw .usage("\(option) gives '\(parts[0])' twice")
            }
        }
        return pairs
    }

    /// Whether a flag was given.
    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// The whole number of an option.
    func integer(_ option: String, _ range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
        guard let text = value(option) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .usage(
                "\(option) takes a whole number from \(range.lowerBound) to \(range.upperBound), not '\(text)'"
            )
        }
        return number
    }

    /// The number of an option.
    func number(_ option: String, _ range: ClosedRange<Double>) throws(CommandFailure) -> Double? {
        guard let text = value(option) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw .usage("\(option) takes a number from \(range.lowerBound) to \(range.upperBound), not '\(text)'")
        }
        return number
    }

    mutating func set(word: String, for name: String) { words[name] = word }
    mutating func add(value: String, for option: String) { values[option, default: []].append(value) }
    mutating func set(flag: String) { flags.insert(flag) }
}
