package io.sommelier.bench.waiting;

import io.sommelier.bench.party.Party;

/** A broker in a process of its own, for the core protocol. */
public final class BrokerParty implements Party {
    private final BrokerHome broker;

    /** Listens on any free port. */
    public BrokerParty() throws InterruptedException {
        broker = BrokerHome.listening();
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
