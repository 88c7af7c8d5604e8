package io.sommelier.bench.waiting;

import io.sommelier.bench.party.Party;

/** A broker in a process of its own, for the core protocol. */
public final class BrokerParty implements Party {
    private final BrokerHome broker;

    /** Listens; 0 for any free port. */
    public BrokerParty(int port) throws InterruptedException {
        broker = BrokerHome.listening(port);
    }

    @Override
    public int port() {
        return broker.port();
    }

    @Override
    public void close() {
        broker.close();
    }
}
