package io.sommelier.bench.core;

import io.sommelier.bench.party.Flight;
import io.sommelier.bench.party.Load;
import io.sommelier.bench.party.Meter;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;

/**
 * A thread that sends without waiting for answers, as long as no more than so many are under way: the caller within one
 * JVM.
 */
public final class CallerLoad implements Load {
    private final Dispatch dispatch;
    private final Meter meter;
    private final int inFlight;
    private final Semaphore room;
    private final Flight flight = new Flight();
    private final Runnable closing;

    /** Sends one command. */
    @FunctionalInterface
    public interface Dispatch {
        /** Tells the answer, or the failure, to {@code answer}; on whatever thread, now or later. */
        void send(BiConsumer<Object, Throwable> answer);
    }

    /**
     * Sends nothing yet.
     *
     * @param closing closes what the dispatch uses
     */
    public CallerLoad(Dispatch dispatch, int inFlight, Meter meter, Runnable closing) {
        this.dispatch = dispatch;
        this.meter = meter;
        this.inFlight = inFlight;
        this.closing = closing;
        room = new Semaphore(inFlight);
    }

    @Override
    public void start() {
        flight.open(1); // the thread stands for its commands
        Thread caller = new Thread(this::run, "bench-caller");
        caller.setDaemon(true);
        caller.start();
    }

    private void run() {
        try {
            while (flight.isOpen()) {
                room.acquire();
                dispatch.send(new Answer(System.nanoTime()));
            }
            room.acquire(inFlight); // all are answered
            room.release(inFlight);
            flight.landed();
        } catch (InterruptedException e) {
            meter.failed(e.toString());
        }
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
            } else {
                meter.failed(failure.toString());
            }
            room.release();
        }
    }
}
