package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The adapter for publishers. */
@Timeout(60)
class PublishingTest {
    private final Invocation invocation =
            new Invocation(Command.to("cellar", "watch").build(), "", "", 1, System::nanoTime);

    /** A publisher whose signals the test sends. */
    private static final class HandPublisher implements Flow.Publisher<Payload>, Flow.Subscription {
        private final AtomicLong demand = new AtomicLong();
        private volatile Flow.Subscriber<? super Payload> subscriber;
        private volatile boolean cancelled;

        @Override
        public void subscribe(Flow.Subscriber<? super Payload> given) {
            subscriber = given;
            given.onSubscribe(this);
        }

        @Override
        public void request(long n) {
            demand.addAndGet(n);
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        void next(String text) {
            assertThat(demand.getAndDecrement()).as("demand before an element").isPositive();
            subscriber.onNext(Payload.ofText(text));
        }
    }

    private final HandPublisher publisher = new HandPublisher();

    private HandResponder handle(long credit) throws Exception {
        HandResponder responder = new HandResponder(credit);
        CommandHandler.publishing(ignored -> publisher).handle(invocation, responder);
        return responder;
    }

    @Test
    void elementsAreDataPartsAndTheEndCompletes() throws Exception {
        HandResponder responder = handle(100);

        publisher.next("a");
        publisher.next("b");
        publisher.subscriber.onComplete();

        assertThat(responder.texts()).containsExactly("a", "b");
        assertThat(responder.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(responder.terminal().finalCount()).isEqualTo(2);
    }

    @Test
    void oneElementIsAskedForAtATime() throws Exception {
        handle(100);
        long atFirst = publisher.demand.get();

        publisher.next("a");

        assertThat(atFirst).isEqualTo(1);
        assertThat(publisher.demand.get()).isEqualTo(1);
    }

    @Test
    void elementWithoutCreditIsHeldAndNoOtherIsAskedFor() throws Exception {
        HandResponder responder = handle(0);

        publisher.next("a");

        assertThat(responder.parts()).isEmpty();
        assertThat(publisher.demand.get()).isZero();
    }

    @Test
    void creditSendsTheHeldElementAndAsksForTheNext() throws Exception {
        HandResponder responder = handle(0);
        publisher.next("a");

        responder.credit(1);

        assertThat(responder.texts()).containsExactly("a");
        assertThat(publisher.demand.get()).isEqualTo(1);
    }

    @Test
    void publisherThatCompletesWhileAnElementIsHeldCompletesTheReplyBehindIt() throws Exception {
        HandResponder responder = handle(0);
        publisher.next("a");

        publisher.subscriber.onComplete();
        boolean endedBeforeTheElement = responder.isEnded();
        responder.credit(1);

        assertThat(endedBeforeTheElement).isFalse();
        assertThat(responder.texts()).containsExactly("a");
        assertThat(responder.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(responder.terminal().finalCount()).isEqualTo(1);
    }

    @Test
    void failureOfThePublisherFailsTheCommand() throws Exception {
        HandResponder responder = handle(100);
        publisher.next("a");

        publisher.subscriber.onError(new IllegalStateException("corked"));

        assertThat(responder.error()).isEqualTo(CommandError.executed("java.lang.IllegalStateException: corked"));
        assertThat(responder.terminal().finalCount()).isEqualTo(1);
    }

    @Test
    void cancelledCommandCancelsTheSubscription() throws Exception {
        HandResponder responder = handle(100);

        responder.cancel();

        assertThat(publisher.cancelled).isTrue();
    }

    @Test
    void commandThatHadEndedBeforeCancelsTheSubscriptionAtOnce() throws Exception {
        HandResponder responder = new HandResponder(9);
        responder.cancel();

        CommandHandler.publishing(ignored -> publisher).handle(invocation, responder);

        assertThat(publisher.cancelled).isTrue();
    }

    @Test
    void nullInPlaceOfAPublisherIsABadReply() throws Exception {
        HandResponder responder = new HandResponder(9);

        CommandHandler.publishing(ignored -> null).handle(invocation, responder);

        assertThat(responder.error().code()).isEqualTo(ErrorCode.BAD_REPLY);
        assertThat(responder.error().outcome()).isEqualTo(Outcome.EXECUTED);
    }

    @Test
    void creditThatRacesElementsAndTheEndLosesAndDoublesNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int run = 0; run < 5000; run++) {
                HandPublisher fast = new HandPublisher();
                HandResponder responder = new HandResponder(0);
                CommandHandler.publishing(ignored -> fast).handle(invocation, responder);
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> publishing = threads.submit(() -> {
                    together.await();
                    for (String text : new String[] {"a", "b", "c", "d"}) {
                        while (fast.demand.get() == 0) {
                            Thread.onSpinWait();
                        }
                        fast.next(text);
                    }
                    fast.subscriber.onComplete();
                    return null;
                });
                Future<?> crediting = threads.submit(() -> {
                    together.await();
                    for (int i = 0; i < 4; i++) {
                        responder.credit(1);
                    }
                    return null;
                });
                publishing.get();
                crediting.get();

                assertThat(responder.texts()).containsExactly("a", "b", "c", "d");
                assertThat(responder.terminal().finalCount()).isEqualTo(4);
                assertThat(responder.late()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
