package io.sommelier.testkit;

import static io.sommelier.testkit.WorldAccess.assertError;
import static io.sommelier.testkit.WorldAccess.awaitSoon;
import static io.sommelier.testkit.WorldAccess.reply;
import static io.sommelier.testkit.WorldAccess.soon;
import static io.sommelier.testkit.WorldAccess.textOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.api.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Replies of many parts: order, credit, and readers and workers that stop. */
interface StreamPromises extends WorldAccess {
    String DRIP = "drip";
    Payload KIBIBYTE = Payload.copyOf(new byte[1024]);

    /** Sends so many parts of 1 KiB, and counts those that it was asked for. */
    static CommandHandler dripping(int parts, AtomicInteger pulled) {
        return dripping(KIBIBYTE, parts, pulled);
    }

    /** Sends so many parts, and counts those that it was asked for. */
    static CommandHandler dripping(Payload part, int parts, AtomicInteger pulled) {
        return CommandHandler.iterating(invocation -> new Iterator<>() {
            private int left = parts;

            @Override
            public boolean hasNext() {
                return left > 0;
            }

            @Override
            public Payload next() {
                left--;
                pulled.incrementAndGet();
                return part;
            }
        });
    }

    @Test
    default void aStreamComesInOrderWithoutGapsAndSaysHowLongItWas() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, dripping(3000, new AtomicInteger())));
        PartRecorder recorder = PartRecorder.quick();

        Reply reply = reply(world.caller().send(Command.to(TARGET, DRIP).build(), recorder));

        assertThat(recorder.faults()).isEmpty();
        assertThat(recorder.statuses()).containsExactly(PartStatus.DATA, PartStatus.COMPLETE);
        assertThat(recorder.dataParts()).isEqualTo(3000);
        assertThat(reply.terminal().finalCount()).isEqualTo(3000);
        assertThat(reply.data()).isEmpty();
    }

    @Test
    default void aDirectHandlerStreamsTheSame() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(DRIP, dripping(3000, new AtomicInteger()))
                .direct());
        PartRecorder recorder = PartRecorder.quick();

        reply(world.caller().send(Command.to(TARGET, DRIP).build(), recorder));

        assertThat(recorder.faults()).isEmpty();
        assertThat(recorder.dataParts()).isEqualTo(3000);
    }

    @Test
    default void aCallWithoutAListenerGathersAStreamLargerThanItsFirstCredit() throws Exception {
        World world = open();
        int parts = 20_000;
        world.member(MemberPlan.of(TARGET, "a")
                .serving(
                        DRIP,
                        CommandHandler.iterating(invocation -> IntStream.range(0, parts)
                                .mapToObj(i -> Payload.ofText("%063d\n".formatted(i)))
                                .iterator())));

        Reply reply = reply(world.caller().send(Command.to(TARGET, DRIP).build()));

        assertThat(reply.data()).hasSize(parts);
        String text = reply.payload().asText();
        assertThat(text).hasSize(64 * parts);
        assertThat(text.lines().mapToInt(Integer::parseInt).toArray())
                .isEqualTo(IntStream.range(0, parts).toArray());
    }

    @Test
    default void aSlowReaderStopsItsWorkerAtTheCreditThatItGave() throws Exception {
        World world = open();
        AtomicInteger pulled = new AtomicInteger();
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, dripping(10_000, pulled)));
        PartRecorder recorder = PartRecorder.slow();
        int firstParts = (int) (CommandSender.INITIAL_CREDIT_BYTES / 1024);

        Call call = world.caller().send(Command.to(TARGET, DRIP).build(), recorder);

        staysAt(recorder, firstParts);
        assertThat(pulled.get()).isBetween(firstParts, firstParts + 1);
        call.request(100 * 1024);
        staysAt(recorder, firstParts + 100);
        assertThat(pulled.get()).isBetween(firstParts + 100, firstParts + 101);
        call.request(1);
        staysAt(recorder, firstParts + 101);
        call.request(Long.MAX_VALUE);
        reply(call);
        assertThat(recorder.dataParts()).isEqualTo(10_000);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    default void aMillionEmptyPartsStopAtTheCreditOfTheirReaderAndGoOnWhenMoreComes() throws Exception {
        World world = open();
        assertStopsAndGoesOn(world, world.caller(), Payload.empty(), 1_000_000);
    }

    @Test
    default void partsOfAByteStopAtTheCreditOfTheirReaderAndGoOnWhenMoreComes() throws Exception {
        World world = open();
        assertStopsAndGoesOn(world, world.caller(), Payload.ofText("x"), 100_000);
    }

    @Test
    default void emptyPartsForAMemberStopAtItsCreditAndGoOnWhenMoreComes() throws Exception {
        World world = open();
        WorldMember reading = world.member(MemberPlan.of("vineyard", "v").serving("press", ECHO));
        assertStopsAndGoesOn(world, reading.sender(), Payload.empty(), 100_000);
    }

    private static void assertStopsAndGoesOn(World world, CommandSender reader, Payload part, int parts)
            throws Exception {
        AtomicInteger pulled = new AtomicInteger();
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, dripping(part, parts, pulled)));
        PartRecorder recorder = PartRecorder.slow();
        int firstParts = (int) CommandSender.INITIAL_CREDIT_BYTES / Part.MIN_COST_BYTES;

        Call call = reader.send(Command.to(TARGET, DRIP).build(), recorder);

        staysAt(recorder, firstParts);
        assertThat(pulled.get()).isBetween(firstParts, firstParts + 1);
        call.request(100 * Part.MIN_COST_BYTES);
        staysAt(recorder, firstParts + 100);
        assertThat(pulled.get()).isBetween(firstParts + 100, firstParts + 101);
        call.request(1);
        staysAt(recorder, firstParts + 101);
        call.request(Part.MIN_COST_BYTES - 1); // pays off what that one part cost
        staysAt(recorder, firstParts + 101);
        call.request(Long.MAX_VALUE);
        assertThat(reply(call).terminal().finalCount()).isEqualTo(parts);
        assertThat(recorder.dataParts()).isEqualTo(parts);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    default void aReaderThatGivesBackWhatEmptyPartsCostGetsThemAll() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, dripping(Payload.empty(), 100_000, new AtomicInteger())));
        PartRecorder recorder = PartRecorder.quick();

        reply(world.caller().send(Command.to(TARGET, DRIP).build(), recorder));

        assertThat(recorder.dataParts()).isEqualTo(100_000);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    default void aCallWithoutAListenerGathersEmptyPartsBeyondItsFirstCredit() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, dripping(Payload.empty(), 10_000, new AtomicInteger())));

        Reply reply = reply(world.caller().send(Command.to(TARGET, DRIP).build()));

        assertThat(reply.data()).hasSize(10_000);
    }

    private static void staysAt(PartRecorder recorder, int parts) {
        soon().until(() -> recorder.dataParts() >= parts);
        Awaitility.await()
                .during(Duration.ofMillis(100))
                .atMost(SOON)
                .untilAsserted(() -> assertThat(recorder.dataParts()).isEqualTo(parts));
    }

    @Test
    default void aSlowReaderIsNoIdleWorker() throws Exception {
        World world = open(WorldSettings.defaults().withStreamIdle(Duration.ofMillis(500)));
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, dripping(1000, new AtomicInteger())));
        PartRecorder recorder = PartRecorder.slow();

        Call call = world.caller().send(Command.to(TARGET, DRIP).build(), recorder);
        soon().until(() -> recorder.bytes() == CommandSender.INITIAL_CREDIT_BYTES);
        Awaitility.await()
                .during(Duration.ofMillis(1500))
                .atMost(SOON)
                .untilAsserted(() -> assertThat(recorder.hasEnded()).isFalse());
        call.request(Long.MAX_VALUE);

        reply(call);
        assertThat(recorder.dataParts()).isEqualTo(1000);
    }

    @Test
    default void aWorkerThatSendsNothingAlthoughItsReaderWaitsIsGivenUp() throws Exception {
        World world = open(WorldSettings.defaults().withStreamIdle(Duration.ofMillis(500)));
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, (invocation, responder) -> {
            responder.onCancel(told::countDown);
            responder.data(KIBIBYTE);
        }));

        Call call = world.caller().send(Command.to(TARGET, DRIP).build(), PartRecorder.quick());

        assertError(call, ErrorCode.STREAM_IDLE, Outcome.UNKNOWN, Stage.STREAM);
        awaitSoon(told);
    }

    @Test
    default void aStreamThatStandsStillDoesNotStopOtherCallsOnItsChannels() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a")
                .serving(DRIP, dripping(10_000, new AtomicInteger()))
                .serving(POUR, ECHO));
        List<Call> standing = new ArrayList<>();
        List<PartRecorder> recorders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            PartRecorder recorder = PartRecorder.slow();
            recorders.add(recorder);
            standing.add(world.caller().send(Command.to(TARGET, DRIP).build(), recorder));
        }
        soon().until(() ->
                recorders.stream().allMatch(recorder -> recorder.bytes() == CommandSender.INITIAL_CREDIT_BYTES));

        for (int i = 0; i < 200; i++) {
            assertThat(textOf(world.caller()
                            .send(Command.to(TARGET, POUR).payload(WINE).build())))
                    .isEqualTo("wine");
        }

        for (Call call : standing) {
            call.cancel("enough");
            assertError(call, ErrorCode.CANCELLED, Outcome.UNKNOWN, Stage.STREAM);
        }
    }

    @Test
    default void aHandlerMayFailInTheMidstOfItsStream() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, (invocation, responder) -> {
            responder.data(KIBIBYTE);
            responder.data(KIBIBYTE);
            responder.data(KIBIBYTE);
            responder.fail("the barrel is empty");
        }));
        PartRecorder recorder = PartRecorder.quick();

        Call call = world.caller().send(Command.to(TARGET, DRIP).build(), recorder);

        assertError(call, ErrorCode.HANDLER_FAILED, Outcome.EXECUTED);
        assertThat(recorder.statuses()).containsExactly(PartStatus.DATA, PartStatus.FAILED);
        assertThat(recorder.dataParts()).isEqualTo(3);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    default void aThousandStreamsAtOnceOnOneChannelAreEachWithoutGaps() throws Exception {
        World world = open();
        world.member(MemberPlan.of(TARGET, "a").serving(DRIP, dripping(24, new AtomicInteger())));
        List<Call> calls = new ArrayList<>();
        List<PartRecorder> recorders = new ArrayList<>();

        for (int i = 0; i < 1000; i++) {
            PartRecorder recorder = PartRecorder.quick();
            recorders.add(recorder);
            calls.add(world.caller().send(Command.to(TARGET, DRIP).build(), recorder));
        }

        for (Call call : calls) {
            assertThat(reply(call).terminal().finalCount()).isEqualTo(24);
        }
        assertThat(recorders).allSatisfy(recorder -> {
            assertThat(recorder.faults()).isEmpty();
            assertThat(recorder.dataParts()).isEqualTo(24);
        });
    }
}
