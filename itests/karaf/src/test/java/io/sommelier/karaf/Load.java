package io.sommelier.karaf;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Asks one thing after the other on some threads, and remembers how each ended. Thread-safe. */
final class Load implements AutoCloseable {
    private static final long JOIN_MILLIS = TimeUnit.SECONDS.toMillis(60);

    private final Queue<String> ends = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final List<Thread> threads;

    /** One thread for each question. */
    Load(List<Supplier<String>> questions) {
        threads = questions.stream()
                .map(question -> new Thread(() -> ask(question), "load"))
                .toList();
        threads.forEach(Thread::start);
    }

    private void ask(Supplier<String> question) {
        while (!isOver.get()) {
            ends.add(question.get());
        }
    }

    /** How a request over HTTP ended: its status, with {@code -later} where Retry-After says when to come again, or {@code broken}. */
    static String status(Http http, String path) {
        try {
            HttpResponse<String> response = http.post(path, "x");
            return response.statusCode()
                    + (response.headers().firstValue("Retry-After").isPresent() ? "-later" : "");
        } catch (IOException e) {
            return "broken";
        }
    }

    /** How many ended in which way so far. */
    Map<String, Integer> ends() {
        Map<String, Integer> counts = new TreeMap<>();
        ends.forEach(end -> counts.merge(end, 1, Integer::sum));
        return counts;
    }

    /** Forgets what was so far. */
    void forget() {
        ends.clear();
    }

    @Override
    public void close() {
        isOver.set(true);
        try {
            for (Thread thread : threads) {
                thread.join(JOIN_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
