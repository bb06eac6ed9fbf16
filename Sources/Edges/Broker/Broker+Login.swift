internal import KafkaWire
internal import Telemetry

extension Broker {
    private static let failureDelayMilliseconds: Int64 = 200

    /// Where a new connection stands.
    func newAuthentication() -> Authentication { configuration.requiresLogin ? .expected : .optional }

    /// Gives a new connection its time to log in.
    func limitLogin(of connection: Connection) {
        guard !connection.authentication.isSettled else { return }
        let milliseconds = Int64(configuration.limits.loginSeconds) * 1_000
        _ = timers.after(milliseconds: milliseconds) { [weak connection] in
            guard let connection, !connection.authentication.isSettled else { return }
            connection.shut("connection closed: no login in time")
        }
    }

    /// Begins an authentication.
    func handshake(_ request: SaslHandshakeRequest, _ call: Call) {
        let connection = call.connection
        switch connection.authentication {
        case .optional, .expected: break
        case .underWay, .deciding, .done:
            call.send(SaslHandshakeResponse(error: .illegalSASLState, mechanisms: []))
            return connection.closeWhenSent()
        }
        let offered = authenticator?.mechanisms(onThisMachine: connection.isFromThisMachine) ?? []
        // After version 0 tokens would come without the protocol's headers; no client has asked for that since 2017.
        guard let authenticator, call.header.version >= 1, offered.contains(request.mechanism) else {
            call.send(SaslHandshakeResponse(error: .unsupportedSASLMechanism, mechanisms: offered))
            return connection.closeWhenSent()
        }
        connection.authentication = .underWay(authenticator.begin(mechanism: request.mechanism))
        call.send(SaslHandshakeResponse(error: .none, mechanisms: offered))
    }

    /// Takes a client's token.
    func authenticate(_ request: SaslAuthenticateRequest, _ call: Call) {
        let connection = call.connection
        guard case .underWay(var exchange) = connection.authentication else {
            call.send(SaslAuthenticateResponse(error: .illegalSASLState, message: "no mechanism was chosen"))
            return connection.closeWhenSent()
        }
        let reply = call.reply()
        switch exchange.step(request.token) {
        case .proceed(let token):
            connection.authentication = .underWay(exchange)
            reply.send(SaslAuthenticateResponse(error: .none, token: token))
        case .check(let check):
            connection.authentication = .deciding
            checkPassword(check, connection, reply)
        case .succeed(let user, let token): letIn(user, token, connection, reply)
        case .fail: refuse(connection, reply)
        }
    }

    private func checkPassword(_ check: PasswordCheck, _ connection: Connection, _ reply: Reply) {
        lastCheck += 1
        guard passwords.submit(check, number: lastCheck) else {
            return connection.shut("connection closed: too many logins at a time")
        }
        passwordChecks[lastCheck] = { [unowned self, weak connection] succeeds in
            guard let connection else { return }
            if succeeds { letIn(check.user, [], connection, reply) } else { refuse(connection, reply) }
        }
    }

    /// Answers whose passwords have been checked.
    func takePasswordChecks() {
        for outcome in passwords.takeOutcomes() {
            passwordChecks.removeValue(forKey: outcome.number)?(outcome.succeeds)
        }
    }

    private func letIn(_ user: String, _ token: [UInt8], _ connection: Connection, _ reply: Reply) {
        // Removed meanwhile: whoever is removed from here on is closed by ``SocketEvent/userRemoved(_:)``.
        guard authenticator?.knows(user) == true else { return refuse(connection, reply) }
        connection.authentication = .done(user: user)
        reply.send(SaslAuthenticateResponse(error: .none, token: token))
    }

    /// One try a connection; a short delay makes guessing slow, and other connections do not notice.
    private func refuse(_ connection: Connection, _ reply: Reply) {
        connection.authentication = .deciding
        Self.logger.warning("login refused", ["peer": connection.peer, "client": connection.clientID])
        _ = timers.after(milliseconds: Self.failureDelayMilliseconds) { [weak connection] in
            reply.send(
                SaslAuthenticateResponse(error: .saslAuthenticationFailed, message: "user or password is wrong")
            )
            connection?.closeWhenSent()
        }
    }
}
