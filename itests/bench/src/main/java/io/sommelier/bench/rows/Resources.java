package io.sommelier.bench.rows;

import io.sommelier.bench.core.Probe;
import io.sommelier.bench.karaf.AssemblyProcess;
import io.sommelier.bench.party.Keys;
import io.sommelier.bench.party.Over;
import io.sommelier.bench.party.PartyProcess;
import io.sommelier.bench.party.TemporaryDirectory;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The processes of a scenario, which end with it in reverse order. Confined to one thread. */
final class Resources implements AutoCloseable {
    /** The heap of every party, where the row does not say otherwise. */
    static final String MAX_HEAP = "512m";

    private final Deque<Runnable> ends = new ArrayDeque<>();
    private Keys keys;

    /** Starts a party that ends with this. */
    PartyProcess start(String role, String... arguments) {
        return startWithin(MAX_HEAP, role, arguments);
    }

    /** Starts a party with another heap. */
    PartyProcess startWithin(String maxHeap, String role, String... arguments) {
        PartyProcess process = PartyProcess.start("io.sommelier.bench.PartyMain", maxHeap, role, arguments);
        ends.push(process::close);
        return process;
    }

    /** Arguments, and behind them those that tell a party what carries its connections. */
    String[] over(Over over, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (over != Over.TCP) {
            all.addAll(List.of("--over", over.word()));
        }
        if (over == Over.TLS) {
            all.addAll(List.of("--keys", keys().directory().toString()));
        }
        return all.toArray(String[]::new);
    }

    /** A key for all parties of the scenario, which goes with this. */
    private Keys keys() {
        if (keys == null) {
            Path directory = TemporaryDirectory.create("keys");
            ends.push(() -> TemporaryDirectory.delete(directory));
            keys = Keys.create(directory);
        }
        return keys;
    }

    /** Unpacks the assembly, which ends and goes with this. */
    AssemblyProcess unpack(Plan plan) {
        AssemblyProcess assembly = AssemblyProcess.unpack(plan.assembly());
        ends.push(assembly::close);
        return assembly;
    }

    /** Starts the assembly; returns when it answers commands over TCP. */
    AssemblyProcess assembly(Plan plan, String maxHeap) {
        AssemblyProcess assembly = unpack(plan);
        assembly.start(maxHeap);
        try (Probe probe = new Probe(assembly.tcpPort())) {
            assembly.awaitReply(probe);
        }
        return assembly;
    }

    @Override
    public void close() {
        ends.forEach(Runnable::run);
    }
}
