internal import Access
internal import Broker
internal import Primitives

/// Who may log in to the log: the users of access control, and this process itself under a password that nobody else
/// knows and that ends with the process.
struct LogLogin: BrokerUsers {
    let users: UserDirectory
    private let password = RandomID.hex(bytes: 32)
    private let keys: PasswordKeys

    init(users: UserDirectory) {
        self.users = users
        keys = PasswordKeys(password: Array(password.utf8))
    }

    func passwordKeys(of user: String) -> PasswordKeys? {
        user == UserDirectory.reservedName ? keys : users.passwordKeys(of: user)
    }

    /// What this process's own Kafka clients need where the log asks for a login.
    var clientSettings: [String: String] {
        [
            "security.protocol": "sasl_plaintext",
            "sasl.mechanisms": "SCRAM-SHA-256",
            "sasl.username": UserDirectory.reservedName,
            "sasl.password": password,
        ]
    }
}
