package io.sommelier.bench.rows;

import io.sommelier.bench.party.PartyProcess;
import java.util.ArrayDeque;
import java.util.Deque;

/** The processes of a scenario, which end with it in reverse order. Confined to one thread. */
final class Resources implements AutoCloseable {
    private final Deque<PartyProcess> processes = new ArrayDeque<>();

    /** Starts a party that ends with this. */
    PartyProcess start(String role, String... arguments) {
        PartyProcess process = PartyProcess.start("io.sommelier.bench.PartyMain", role, arguments);
        processes.push(process);
        return process;
    }

    @Override
    public void close() {
        processes.forEach(PartyProcess::close);
    }
}
