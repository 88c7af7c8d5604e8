package io.sommelier.bench.rows;

import io.sommelier.bench.party.PartyProcess;
import java.util.ArrayDeque;
import java.util.Deque;

/** The processes of a scenario, which end with it in reverse order. Confined to one thread. */
final class Resources implements AutoCloseable {
    /** The heap of every party, where the row does not say otherwise. */
    static final String MAX_HEAP = "512m";

    private final Deque<PartyProcess> processes = new ArrayDeque<>();

    /** Starts a party that ends with this. */
    PartyProcess start(String role, String... arguments) {
        return startWithin(MAX_HEAP, role, arguments);
    }

    /** Starts a party with another heap. */
    PartyProcess startWithin(String maxHeap, String role, String... arguments) {
        PartyProcess process = PartyProcess.start("io.sommelier.bench.PartyMain", maxHeap, role, arguments);
        processes.push(process);
        return process;
    }

    @Override
    public void close() {
        processes.forEach(PartyProcess::close);
    }
}
