package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The caller of a durable command goes while something else happens to it. It ends once; its message is let go once; and unless somebody ended it, or its member was lost with it, it is
 * executed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class CallerGoneRaceTest {
    private static final int RUNS = 1000;
    private static final Target CELLAR = Target.of("cellar");

    /** What happens meanwhile. */
    enum Meanwhile {
        SUBMIT,
        STORE,
        JOIN,
        CLAIM,
        REPLY,
        STREAM,
        CREDIT,
        DEADLINE,
        CANCEL,
        LOSS,
        REDISPATCH,
        DRAIN;

        /** Whether it may end the command without an execution that has ended. */
        boolean ends() {
            return this == DEADLINE || this == CANCEL || this == LOSS || this == DRAIN;
        }
    }

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private Node node;
    private HandMailbox mailbox;
    private HandPipeline pipeline;
    private final List<HandChannel> members = new ArrayList<>();

    @BeforeAll
    void start() {
        node = new Node();
        mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        node.member("earlier", 4, "pour").lose();
    }

    @AfterAll
    void stop() {
        node.close();
        threads.shutdownNow();
    }

    @ParameterizedTest
    @EnumSource
    void itEndsOnceAndIsExecutedUnlessSomebodyEndsIt(Meanwhile what) throws Exception {
        Random random = new Random(what.ordinal());
        long endsBefore = ends();
        int runs = what == Meanwhile.LOSS
                ? RUNS / 20
                : RUNS; // a mailbox is not read for a moment when a command went back
        for (int run = 0; run < runs; run++) {
            race(what, run, random);
        }
        node.isEmpty();
        assertThat(ends() - endsBefore).isEqualTo(runs);
        assertThat(node.controller.keys().running()).isZero();
    }

    private long ends() {
        return node.controller.admin().outcomes().stream()
                .mapToLong(row -> row.count())
                .sum();
    }

    private HandChannel member(String instance) {
        HandChannel member = node.member(instance, 4, "pour");
        members.add(member);
        return member;
    }

    private void race(Meanwhile what, int run, Random random) throws Exception {
        mailbox.puts.clear();
        mailbox.box(CELLAR).clear();
        members.clear();
        mailbox.storesAtOnce = what != Meanwhile.STORE;
        pipeline = what == Meanwhile.SUBMIT ? new HandPipeline() : null;
        node.controller.pipeline(pipeline);
        RecordingReplyPath path = new RecordingReplyPath();
        boolean isIdempotent = what == Meanwhile.REDISPATCH || random.nextBoolean();
        if (what != Meanwhile.JOIN) {
            member("north");
        }
        Command command = Node.pour()
                .durable(true)
                .idempotent(isIdempotent)
                .ttl(Duration.ofSeconds(5))
                .payload(Payload.ofText("n" + run))
                .build();
        Incoming call = node.send(command, 10, path);
        boolean isClaimed = what == Meanwhile.REPLY
                || what == Meanwhile.STREAM
                || what == Meanwhile.REDISPATCH
                || what != Meanwhile.CLAIM && random.nextBoolean();
        if (isClaimed && !members.isEmpty()) {
            members.get(0).claimNext();
        }
        if (what == Meanwhile.REDISPATCH) {
            member("south");
        }
        Pending entry = (Pending) call;
        CyclicBarrier together = new CyclicBarrier(2);
        Future<?> going = threads.submit(() -> {
            together.await();
            call.callerGone("the test says so");
            return null;
        });
        Future<?> happening = threads.submit(() -> {
            together.await();
            act(what, call, entry);
            return null;
        });
        going.get();
        happening.get();
        boolean isExecuted = finish();
        while (what == Meanwhile.LOSS && node.find(command) != null) {
            isExecuted |= answerAll();
            Thread.onSpinWait();
        }
        check(what, command, path, isExecuted);
    }

    private void act(Meanwhile what, Incoming call, Pending entry) {
        switch (what) {
            case SUBMIT -> pipeline.last().passDown();
            case STORE -> mailbox.puts.get(0).store();
            case JOIN -> member("north");
            case CLAIM -> members.get(0).claimNext();
            case REPLY -> members.get(0).answer(Part.complete(Payload.empty()).build());
            case STREAM -> {
                for (int i = 0; i < 3; i++) {
                    members.get(0)
                            .answer(Part.data(Payload.ofText("d")).sequence(i).build());
                }
            }
            case CREDIT -> call.credit(100);
            case DEADLINE -> entry.onTimer(Long.MAX_VALUE / 2);
            case CANCEL -> call.cancel("the test says so");
            case LOSS, REDISPATCH -> members.get(0).lose();
            case DRAIN -> node.controller.endAll();
        }
    }

    /** Whoever has it answers; gives whether anybody has, now or before. */
    private boolean finish() {
        member("last");
        return answerAll();
    }

    private boolean answerAll() {
        boolean isAnswered = false;
        for (HandChannel each : members) {
            while (each.claimNext()) {
                // all that is queued
            }
            while (each.answer(Part.complete(Payload.empty()).build())) {
                isAnswered = true;
            }
        }
        return isAnswered;
    }

    private void check(Meanwhile what, Command command, RecordingReplyPath path, boolean isExecuted) {
        assertThat(path.overlapped()).isFalse();
        assertThat(path.parts().stream().filter(part -> part.status().isTerminal()))
                .hasSizeLessThan(2);
        assertThat(node.find(command)).isNull();
        assertThat(mailbox.waiting("cellar")).isZero();
        if (what == Meanwhile.SUBMIT && mailbox.puts.isEmpty()) {
            assertThat(path.error().message()).contains("the test says so");
        } else {
            assertThat(mailbox.puts).hasSize(what == Meanwhile.LOSS ? mailbox.puts.size() : 1);
            assertThat(mailbox.puts)
                    .allSatisfy(
                            letter -> assertThat(letter.done).as("let go once").isEqualTo(1));
            boolean isAnsweredInTheRace = what == Meanwhile.REPLY;
            assertThat(isExecuted || isAnsweredInTheRace || what.ends()).isTrue();
        }
        for (HandChannel each : members) {
            assertThat(Node.sessionOf(each).inFlight()).isZero();
            if (!what.ends()) {
                assertThat(each.cancels()).isEmpty();
            }
            each.lose();
        }
    }
}
