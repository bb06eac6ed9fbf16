internal import Telemetry

extension GroupCoordinator {
    /// Notes that a client is gone, where a group waits for others and would take it for one of those who came.
    ///
    /// A member that was never part of a generation has nothing to lose and is forgotten at once. Kafka keeps it until the
    /// rebalance is over and its session after that, so a program that is killed while it joins holds up the one that
    /// is started in its place. A member that has a place keeps it for the time of its session: it may come back on
    /// another connection.
    func connectionClosed(_ number: UInt64) {
        // Thousands of connections may close at once, and most groups wait for nobody.
        for group in groups.values where group.state == .preparing || !group.pending.isEmpty {
            let given = group.pending.filter { $0.value == number }.keys
            for id in given { group.pending[id] = nil }
            if !given.isEmpty { completeIfAllJoined(group) }
            guard group.state == .preparing else { continue }
            for member in group.members.values where member.connection == number && member.joinAnswer != nil {
                stopWaiting(for: member, in: group)
            }
            if group.isUnused { drop(group) }
        }
    }

    private func stopWaiting(for member: Member, in group: Group) {
        member.joinAnswer = nil
        guard member.isNew else { return expectSign(of: member, in: group) }
        Self.logger.debug("client gone while joining", ["group": group.id, "member": member.id])
        leave(member, group)
    }
}
