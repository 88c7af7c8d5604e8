package io.sommelier.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CommandHandler;
import io.sommelier.api.Invocation;
import io.sommelier.api.Responder;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A worker whose answers the test gives by hand. */
final class HandWorker implements CommandHandler {
    private final BlockingQueue<Job> jobs = new LinkedBlockingQueue<>();

    /**
     * A command that it got.
     *
     * @param cancelled opens when the worker is told that the command has ended without it
     */
    record Job(Invocation invocation, Responder responder, CountDownLatch cancelled) {
        void awaitCancelled() throws InterruptedException {
            assertThat(cancelled.await(10, TimeUnit.SECONDS))
                    .as("the worker was told")
                    .isTrue();
        }
    }

    @Override
    public void handle(Invocation invocation, Responder responder) {
        var cancelled = new CountDownLatch(1);
        responder.onCancel(cancelled::countDown);
        jobs.add(new Job(invocation, responder, cancelled));
    }

    Job next() throws InterruptedException {
        Job job = jobs.poll(10, TimeUnit.SECONDS);
        assertThat(job).as("the worker got a command").isNotNull();
        return job;
    }

    boolean isIdle() {
        return jobs.isEmpty();
    }
}
