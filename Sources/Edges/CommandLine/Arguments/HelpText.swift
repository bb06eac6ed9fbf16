/// What `--help` prints.
struct HelpText {
    /// Of the whole program.
    static func program(_ groups: [CommandGroup]) -> String {
        """
        Martlet carries a model from a live data stream to production and keeps it right there.

        usage: martlet <command> [<arguments>]

        \(columns(groups.map { ($0.name, $0.summary) }))

        `martlet <command> --help` says more. The process ends with
        \(columns(ExitStatus.allCases.map { (String($0.rawValue), $0.meaning) }))

        """
    }

    /// Of the commands under one word.
    static func group(_ group: CommandGroup) -> String {
        """
        \(group.summary)

        \(columns(group.commands.map { ("martlet \(group.name) \(words(of: $0))", $0.summary) }))

        Without a further word: \(group.commands[0].name). `martlet \(group.name) <command> --help` says more.

        """
    }

    /// Of one command.
    static func command(_ command: CommandSpecification, in group: CommandGroup) -> String {
        let name = group.isSingle ? "" : " \(group.name)"
        var text = "\(command.summary)\n\nusage: martlet\(name) \(words(of: command)) [<options>]\n"
        if !command.places.isEmpty { text += "\n\(columns(command.places.map { ($0.name, $0.help) }))\n" }
        let options = command.allOptions.map { option in
            (option.name + (option.value.map { " \($0)" } ?? ""), option.help)
        }
        return text + "\n\(columns(options))\n"
    }

    private static func words(of command: CommandSpecification) -> String {
        let places = command.places.map { $0.isRequired ? $0.name : "[\($0.name)]" }
        return ([command.name] + places).joined(separator: " ")
    }

    private static func columns(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { left, right in
            "  \(left)\(String(repeating: " ", count: width - left.count + 2))\(right)"
        }.joined(separator: "\n")
    }
}
