package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PendingTableTest {
    private final Node node = new Node();
    private final PendingTable table = new PendingTable();

    @AfterEach
    void close() {
        node.close();
    }

    private record Key(CommandId id, String principal) {}

    private Pending entry(CommandId id, String principal) {
        return new Pending(
                node.controller,
                null,
                "",
                principal,
                Node.pour().id(id).build(),
                1,
                0,
                new RecordingReplyPath(),
                node.clock.get());
    }

    @Test
    void behavesAsAHashMapByIdAndPrincipal() {
        Random random = new Random(21);
        Map<Key, Pending> model = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            Key key = new Key(new CommandId(7, random.nextInt(600)), random.nextBoolean() ? "ann" : "");
            Pending present = model.get(key);
            check(table.find(key.id, key.principal) == present);
            switch (random.nextInt(3)) {
                case 0 -> {
                    Pending added = entry(key.id, key.principal);
                    check(table.add(added) == (present == null));
                    model.putIfAbsent(key, added);
                }
                case 1 -> {
                    table.remove(present == null || random.nextInt(4) == 0 ? entry(key.id, key.principal) : present);
                    if (table.find(key.id, key.principal) == null) {
                        model.remove(key);
                    }
                    check(table.find(key.id, key.principal) == model.get(key));
                }
                default -> {
                    if (present != null) {
                        Pending next = entry(key.id, key.principal);
                        table.replace(present, next);
                        model.put(key, next);
                    }
                }
            }
            check(table.size() == model.size());
        }
        assertThat(table.all()).containsExactlyInAnyOrderElementsOf(model.values());
    }

    private static void check(boolean isSo) {
        if (!isSo) {
            throw new AssertionError("not as the model");
        }
    }

    @Test
    void entryThatIsNotThereIsRemovedWithoutTouchingTheOneOfTheSameId() {
        CommandId id = CommandId.random();
        Pending there = entry(id, "");
        table.add(there);

        table.remove(entry(id, ""));

        assertThat(table.find(id, "")).isSameAs(there);
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void tableGrowsWithoutLosingAnEntry() {
        List<Pending> entries = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            Pending entry = entry(CommandId.random(), "");
            entries.add(entry);
            check(table.add(entry));
        }

        entries.forEach(entry -> check(table.find(entry.id, "") == entry));
        entries.forEach(table::remove);

        assertThat(table.size()).isZero();
        assertThat(table.all()).isEmpty();
    }

    @Test
    void ofManyThatAddTheSameIdAtOnceOneWins() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 2000; round++) {
                CommandId id = CommandId.random();
                AtomicInteger winners = new AtomicInteger();
                CyclicBarrier together = new CyclicBarrier(3);
                List<Future<?>> adders = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    adders.add(threads.submit(() -> {
                        Pending mine = entry(id, "");
                        together.await();
                        if (table.add(mine)) {
                            winners.incrementAndGet();
                            check(table.find(id, "") == mine);
                        }
                        return null;
                    }));
                }
                for (Future<?> adder : adders) {
                    adder.get();
                }
                check(winners.get() == 1);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(table.size()).isEqualTo(2000);
    }

    @Test
    void threadsThatAddAndRemoveTheirOwnLeaveNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                workers.add(threads.submit(() -> {
                    for (int n = 0; n < 20_000; n++) {
                        Pending mine = entry(CommandId.random(), "");
                        check(table.add(mine));
                        check(table.find(mine.id, "") == mine);
                        table.remove(mine);
                        check(table.find(mine.id, "") == null);
                    }
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(table.size()).isZero();
    }
}
