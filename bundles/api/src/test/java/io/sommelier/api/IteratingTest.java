package io.sommelier.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The adapter for iterators. */
@Timeout(60)
class IteratingTest {
    private final Invocation invocation =
            new Invocation(Command.to("cellar", "list").build(), "", "", 1, System::nanoTime);

    /** Gives some bottles of one byte each, notes how it is used, and fails where it is told to. */
    private static class Bottles implements Iterator<Payload>, AutoCloseable {
        private final int count;
        private final AtomicBoolean inUse = new AtomicBoolean();
        private volatile boolean usedByTwo;
        private volatile int given;
        private volatile int closed;
        private volatile boolean usedAfterClose;
        private Throwable failsAtTheEnd;
        private RuntimeException failsToClose;

        Bottles(int count) {
            this.count = count;
        }

        @Override
        public boolean hasNext() {
            begin();
            try {
                return given < count || failsAtTheEnd != null;
            } finally {
                inUse.set(false);
            }
        }

        @Override
        @SuppressWarnings("NonAtomicOperationOnVolatileField")
        public Payload next() {
            begin();
            try {
                if (given == count) {
                    throw IteratingTest.<RuntimeException>sneaky(failsAtTheEnd);
                }
                given = given + 1;
                return Payload.ofText(String.valueOf((char) ('a' + (given - 1) % 26)));
            } finally {
                inUse.set(false);
            }
        }

        private void begin() {
            if (!inUse.compareAndSet(false, true)) {
                usedByTwo = true;
            }
            if (closed > 0) {
                usedAfterClose = true;
            }
        }

        @Override
        public void close() {
            begin();
            inUse.set(false);
            closed = closed + 1;
            if (failsToClose != null) {
                throw failsToClose;
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E sneaky(Throwable failure) throws E {
        throw (E) failure;
    }

    private HandResponder handle(Iterator<Payload> source, long credit) throws Exception {
        HandResponder responder = new HandResponder(credit);
        CommandHandler.iterating(ignored -> source).handle(invocation, responder);
        return responder;
    }

    @Test
    void everyElementIsADataPartAndTheEndCompletes() throws Exception {
        Bottles bottles = new Bottles(3);

        HandResponder responder = handle(bottles, 100);

        assertThat(responder.texts()).containsExactly("a", "b", "c");
        assertThat(responder.terminal().status()).isEqualTo(PartStatus.COMPLETE);
        assertThat(responder.terminal().finalCount()).isEqualTo(3);
        assertThat(bottles.closed).isEqualTo(1);
    }

    @Test
    void emptyIteratorCompletesWithoutData() throws Exception {
        HandResponder responder = handle(List.<Payload>of().iterator(), 100);

        assertThat(responder.parts()).hasSize(1);
        assertThat(responder.terminal().status()).isEqualTo(PartStatus.COMPLETE);
    }

    @Test
    void elementThatFoundNoCreditIsHeldAndNoOtherIsPulled() throws Exception {
        Bottles bottles = new Bottles(5);

        HandResponder responder = handle(bottles, 2);

        assertThat(responder.texts()).containsExactly("a", "b");
        assertThat(bottles.given).as("two sent, one held").isEqualTo(3);
        assertThat(bottles.closed).isZero();
    }

    @Test
    void creditThatComesLaterGoesOnWithTheHeldElement() throws Exception {
        HandResponder responder = handle(new Bottles(5), 2);

        responder.credit(1);
        List<String> afterOne = responder.texts();
        responder.credit(10);

        assertThat(afterOne).containsExactly("a", "b", "c");
        assertThat(responder.texts()).containsExactly("a", "b", "c", "d", "e");
        assertThat(responder.terminal().status()).isEqualTo(PartStatus.COMPLETE);
    }

    @Test
    void iteratorIsNotTouchedBeforeThereIsCredit() throws Exception {
        Bottles bottles = new Bottles(1);

        handle(bottles, 0);

        assertThat(bottles.given).isZero();
    }

    @Test
    void cancelClosesTheIteratorAtOnceAndNothingIsAnswered() throws Exception {
        Bottles bottles = new Bottles(5);
        HandResponder responder = handle(bottles, 2);

        responder.cancel();
        responder.credit(10);

        assertThat(bottles.closed).isEqualTo(1);
        assertThat(bottles.usedAfterClose).isFalse();
        assertThat(responder.texts()).containsExactly("a", "b");
        assertThat(responder.late()).isZero();
    }

    @Test
    void commandThatHasEndedBeforeTheHandlerRunsStillClosesTheIterator() throws Exception {
        Bottles bottles = new Bottles(5);
        HandResponder responder = new HandResponder(9);
        responder.cancel();

        CommandHandler.iterating(ignored -> bottles).handle(invocation, responder);

        assertThat(bottles.closed).isEqualTo(1);
        assertThat(bottles.given).isZero();
    }

    @Test
    void nullInPlaceOfAnIteratorIsABadReply() throws Exception {
        HandResponder responder = handle(null, 9);

        assertThat(responder.error().code()).isEqualTo(ErrorCode.BAD_REPLY);
        assertThat(responder.error().outcome()).isEqualTo(Outcome.EXECUTED);
    }

    @Test
    void nullElementIsABadReplyAfterTheDataBeforeIt() throws Exception {
        HandResponder responder = handle(
                java.util.Arrays.asList(Payload.ofText("a"), null, Payload.ofText("c"))
                        .iterator(),
                9);

        assertThat(responder.texts()).containsExactly("a");
        assertThat(responder.error().code()).isEqualTo(ErrorCode.BAD_REPLY);
        assertThat(responder.error().message()).isEqualTo("the iterator gave null");
    }

    @Test
    void whatTheIteratorThrowsFailsTheCommandAndClosesIt() throws Exception {
        Bottles bottles = new Bottles(2);
        bottles.failsAtTheEnd = new IllegalStateException("corked");

        HandResponder responder = handle(bottles, 9);

        assertThat(responder.texts()).containsExactly("a", "b");
        assertThat(responder.error()).isEqualTo(CommandError.executed("java.lang.IllegalStateException: corked"));
        assertThat(responder.terminal().finalCount()).isEqualTo(2);
        assertThat(bottles.closed).isEqualTo(1);
    }

    @Test
    void commandExceptionOfTheIteratorKeepsItsError() throws Exception {
        CommandError error = CommandError.of(ErrorCode.FORBIDDEN, Outcome.REFUSED, Stage.EXECUTION, "not this one");
        Bottles bottles = new Bottles(0);
        bottles.failsAtTheEnd = new CommandException(error);

        HandResponder responder = handle(bottles, 9);

        assertThat(responder.error()).isEqualTo(error);
    }

    @Test
    void errorOfTheVirtualMachineIsThrownOnAfterTheIteratorWasClosed() {
        Bottles bottles = new Bottles(0);
        bottles.failsAtTheEnd = new NoClassDefFoundError("io/cellar/Vintage");

        assertThatThrownBy(() -> handle(bottles, 9)).isSameAs(bottles.failsAtTheEnd);
        assertThat(bottles.closed).isEqualTo(1);
    }

    @Test
    void failureToCloseFailsACommandThatWouldHaveCompleted() throws Exception {
        Bottles bottles = new Bottles(1);
        bottles.failsToClose = new IllegalStateException("the door sticks");

        HandResponder responder = handle(bottles, 9);

        assertThat(responder.error().message()).isEqualTo("java.lang.IllegalStateException: the door sticks");
    }

    @Test
    void failureToCloseDoesNotHideTheFailureBeforeIt() throws Exception {
        Bottles bottles = new Bottles(1);
        bottles.failsAtTheEnd = new IllegalStateException("corked");
        bottles.failsToClose = new IllegalStateException("the door sticks");

        HandResponder responder = handle(bottles, 9);

        assertThat(responder.error().message()).isEqualTo("java.lang.IllegalStateException: corked");
        assertThat(bottles.closed).isEqualTo(1);
    }

    @Test
    void creditThatRacesThePullLosesAndDoublesNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int run = 0; run < 5000; run++) {
                Bottles bottles = new Bottles(6);
                HandResponder responder = new HandResponder(run % 2);
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> handling = threads.submit(() -> {
                    together.await();
                    CommandHandler.iterating(ignored -> bottles).handle(invocation, responder);
                    return null;
                });
                Future<?> crediting = threads.submit(() -> {
                    together.await();
                    for (int i = 0; i < 7; i++) {
                        responder.credit(1);
                    }
                    return null;
                });
                handling.get();
                crediting.get();

                assertThat(responder.texts()).containsExactly("a", "b", "c", "d", "e", "f");
                assertThat(responder.terminal().finalCount()).isEqualTo(6);
                assertThat(bottles.usedByTwo).isFalse();
                assertThat(bottles.closed).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void cancelThatRacesThePullClosesOnceAndNeverBesideAPull() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (int run = 0; run < 5000; run++) {
                Bottles bottles = new Bottles(1000);
                HandResponder responder = new HandResponder(run % 3);
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> handling = threads.submit(() -> {
                    together.await();
                    CommandHandler.iterating(ignored -> bottles).handle(invocation, responder);
                    responder.credit(5);
                    return null;
                });
                Future<?> cancelling = threads.submit(() -> {
                    together.await();
                    responder.cancel();
                    return null;
                });
                handling.get();
                cancelling.get();

                assertThat(bottles.closed).isEqualTo(1);
                assertThat(bottles.usedByTwo).isFalse();
                assertThat(bottles.usedAfterClose).isFalse();
                assertThat(responder.parts()).noneMatch(part -> part.status().isTerminal());
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
