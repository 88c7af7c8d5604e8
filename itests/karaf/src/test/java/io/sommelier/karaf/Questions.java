package io.sommelier.karaf;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.Outcome;
import io.sommelier.api.Payload;
import io.sommelier.connector.Connector;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * Callers that ask one thing after the other, no two the same, and insist: each must be answered by what belongs to it, within its ttl. What ends NOT_SENT a caller whose own
 * channel was replaced asks again, as it may; every other end but the answer is a fault. Thread-safe.
 */
final class Questions implements AutoCloseable {
    private static final Duration TTL = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long JOIN_MILLIS = 2 * TTL.toMillis();

    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger again = new AtomicInteger();
    private final AtomicLong worstNanos = new AtomicLong();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final String name;

    /** Nobody asks yet; what is asked begins with the name. */
    Questions(String name) {
        this.name = name;
    }

    /** One more thread that asks over HTTP. */
    Questions over(Http http, String target, String operation, UnaryOperator<String> expected) {
        return asking(expected, text -> {
            HttpResponse<String> reply = http.post(target, operation, text, "Sommelier-Ttl", TTL.toSeconds() + "s");
            return reply.statusCode() == 200 ? reply.body() : reply.statusCode() + " " + reply.body();
        });
    }

    /** One more thread that asks over the channel of a connector. */
    Questions over(Connector caller, String target, String operation, UnaryOperator<String> expected) {
        return asking(expected, text -> {
            long end = System.nanoTime() + TTL.toNanos();
            while (true) {
                Call call = caller.send(Command.to(target, operation)
                        .ttl(TTL)
                        .payload(Payload.ofText(text))
                        .build());
                try {
                    return Sending.answer(call);
                } catch (CompletionException failure) {
                    CommandError error = ((CommandException) failure.getCause()).error();
                    if (error.outcome() != Outcome.NOT_SENT || System.nanoTime() > end) {
                        return error.toString();
                    }
                    again.incrementAndGet();
                    caller.awaitActive(Duration.ofSeconds(1));
                }
            }
        });
    }

    private interface Way {
        String ask(String text) throws IOException, InterruptedException;
    }

    private Questions asking(UnaryOperator<String> expected, Way way) {
        Thread thread = new Thread(() -> ask(expected, way), "questions-" + name);
        threads.add(thread);
        thread.start();
        return this;
    }

    private void ask(UnaryOperator<String> expected, Way way) {
        while (!isOver.get()) {
            String text = name + "-" + asked.incrementAndGet();
            long before = System.nanoTime();
            String answer;
            try {
                answer = way.ask(text);
            } catch (IOException | InterruptedException | RuntimeException e) {
                answer = e.toString();
            }
            worstNanos.accumulateAndGet(System.nanoTime() - before, Math::max);
            if (expected.apply(text).equals(answer)) {
                answered.incrementAndGet();
            } else {
                faults.add(text + " was answered " + answer);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** How many were answered so far. */
    int answered() {
        return answered.get();
    }

    /** How many are asked so far, the ones that are under way among them. */
    int asked() {
        return asked.get();
    }

    /** How often one was asked again, since it had ended NOT_SENT. */
    int again() {
        return again.get();
    }

    /** What ended otherwise than it should. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** What a person wants to know. */
    @Override
    public String toString() {
        return answered + " of " + asked + " answered, " + again + " times asked again, worst pause "
                + TimeUnit.NANOSECONDS.toMillis(worstNanos.get()) + " ms";
    }

    @Override
    public void close() {
        isOver.set(true);
        try {
            for (Thread thread : threads) {
                thread.join(JOIN_MILLIS);
                if (thread.isAlive()) {
                    faults.add(thread.getName() + " has not ended");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
