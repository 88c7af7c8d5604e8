package io.sommelier.bench.waiting;

import io.sommelier.bench.party.Flight;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.Meter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * A thread that puts a number of commands where nobody takes them, waits until all are kept, has them taken, waits until
 * all are answered, and begins again.
 */
final class WaveLoad implements Load {
    private static final int LIMIT_SECONDS = 30;

    private final Tide tide;
    private final int size;
    private final Meter meter;
    private final Semaphore answers = new Semaphore(0);
    private final Flight flight = new Flight();
    private final Runnable closing;

    /** What keeps commands, and who takes them. Confined to the thread of the load. */
    interface Tide {
        /**
         * Puts one command.
         *
         * @param answer is told its end, on whatever thread
         * @return completes when the command is kept
         */
        CompletableFuture<?> put(BiConsumer<Object, Throwable> answer);

        /** From now on they are taken. */
        void open() throws Exception;

        /** From now on they are not taken. */
        void shut() throws Exception;
    }

    /**
     * Has not begun.
     *
     * @param size how many commands a wave has
     * @param closing closes what the tide uses
     */
    WaveLoad(Tide tide, int size, Meter meter, Runnable closing) {
        this.tide = tide;
        this.size = size;
        this.meter = meter;
        this.closing = closing;
    }

    @Override
    public void start() {
        flight.open(1);
        Thread thread = new Thread(this::run, "bench-waves");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (flight.isOpen()) {
                wave();
            }
        } catch (Exception e) { // the top of the thread
            meter.failed(e.toString());
        } finally {
            flight.landed();
        }
    }

    private void wave() throws Exception {
        CompletableFuture<?>[] kept = new CompletableFuture<?>[size];
        for (int i = 0; i < size; i++) {
            kept[i] = tide.put(new Answer(System.nanoTime()));
        }
        CompletableFuture.allOf(kept).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        tide.open();
        if (!answers.tryAcquire(size, LIMIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(answers.availablePermits() + " of " + size + " were answered in time");
        }
        tide.shut();
    }

    @Override
    public void stop() throws InterruptedException {
        flight.close();
    }

    @Override
    public void close() {
        closing.run();
    }

    private final class Answer implements BiConsumer<Object, Throwable> {
        private final long sentNanos;

        Answer(long sentNanos) {
            this.sentNanos = sentNanos;
        }

        @Override
        public void accept(Object answer, Throwable failure) {
            if (failure == null) {
                meter.answered(System.nanoTime() - sentNanos);
                answers.release();
            } else {
                meter.failed(failure.toString());
            }
        }
    }
}
