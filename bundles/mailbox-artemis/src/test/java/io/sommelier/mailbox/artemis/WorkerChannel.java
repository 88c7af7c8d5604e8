package io.sommelier.mailbox.artemis;

import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Channel;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.Peer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A channel whose member answers on threads of its own: {@code pour} with the command's payload, {@code count} with a stream of as many parts as the payload says, each against credit,
 * and {@code hang} never. Thread-safe.
 */
final class WorkerChannel implements Channel {
    static final int PART_BYTES = 64 << 10;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<Outgoing, Work> works = new ConcurrentHashMap<>();
    final List<CommandId> executed = new CopyOnWriteArrayList<>();
    final List<Integer> attempts = new CopyOnWriteArrayList<>();
    final List<String> cancels = new CopyOnWriteArrayList<>();
    final AtomicLong sentBytes = new AtomicLong();
    private final Consumer<Command> atStart;
    volatile Peer peer;

    private static final class Work {
        private long credit;
        private boolean over;

        synchronized void add(long more) {
            credit += more;
            notifyAll();
        }

        synchronized void end() {
            over = true;
            notifyAll();
        }

        /** Waits for credit; {@code false} when the command is over. */
        synchronized boolean spend(long cost) throws InterruptedException {
            while (credit <= 0 && !over) {
                wait(1000);
            }
            credit -= cost;
            return !over;
        }
    }

    WorkerChannel() {
        this(command -> {});
    }

    WorkerChannel(Consumer<Command> atStart) {
        this.atStart = atStart;
    }

    @Override
    public String transport() {
        return "test";
    }

    @Override
    public String remoteAddress() {
        return "here";
    }

    @Override
    public boolean offer(Outgoing outgoing) {
        try {
            threads.execute(() -> work(outgoing));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void work(Outgoing outgoing) {
        if (!outgoing.claim()) {
            return;
        }
        Work work = new Work();
        works.put(outgoing, work);
        work.add(outgoing.initialCredit());
        Command command = outgoing.command();
        executed.add(command.id());
        attempts.add(outgoing.attempt());
        atStart.accept(command);
        try {
            switch (command.operation()) {
                case "pour" -> outgoing.part(Part.complete(command.payload()).build());
                case "count" ->
                    count(outgoing, work, Integer.parseInt(command.payload().asText()));
                default -> {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        works.remove(outgoing);
    }

    private void count(Outgoing outgoing, Work work, int parts) throws InterruptedException {
        for (int i = 0; i < parts; i++) {
            byte[] bytes = new byte[PART_BYTES];
            bytes[0] = (byte) i;
            Part part = Part.data(Payload.copyOf(bytes)).sequence(i).build();
            if (!work.spend(part.cost()) || !outgoing.part(part)) {
                return;
            }
            sentBytes.addAndGet(PART_BYTES);
        }
        outgoing.part(Part.complete(Payload.empty()).finalCount(parts).build());
    }

    @Override
    public void credit(Outgoing outgoing, long bytes) {
        Work work = works.get(outgoing);
        if (work != null) {
            work.add(bytes);
        }
    }

    @Override
    public void cancel(Outgoing outgoing, String reason) {
        cancels.add(reason);
        Work work = works.remove(outgoing);
        if (work != null) {
            work.end();
        }
    }

    @Override
    public CompletionStage<Void> probe() {
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void close(Goodbye goodbye) {
        stop();
    }

    /** How many commands it has that have not ended. */
    int working() {
        return works.size();
    }

    void stop() {
        threads.shutdownNow();
    }
}
