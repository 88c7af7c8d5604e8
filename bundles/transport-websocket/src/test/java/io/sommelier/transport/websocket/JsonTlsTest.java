package io.sommelier.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Call;
import io.sommelier.api.Command;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandHandler;
import io.sommelier.api.CommandSender;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Headers;
import io.sommelier.api.Invocation;
import io.sommelier.api.Outcome;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Reply;
import io.sommelier.testkit.MemberPlan;
import io.sommelier.testkit.PartRecorder;
import io.sommelier.testkit.TestAuthority;
import io.sommelier.testkit.TestCertificate;
import io.sommelier.testkit.WorldMember;
import io.sommelier.testkit.WorldSettings;
import io.sommelier.wire.TlsFiles;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** JSON over TLS: of what {@link JsonContractTest} and {@link BinaryTlsContractTest} show of the two apart, what could go wrong between them. */
@Timeout(60)
class JsonTlsTest {
    private static final Payload KIBIBYTE = Payload.copyOf(new byte[1024]);

    @TempDir
    private static Path directory;

    private static TlsFiles files;

    private WebSocketWorld world;

    @BeforeAll
    static void issue() {
        TestAuthority authority = new TestAuthority(directory, "json");
        TestCertificate everybody = authority.issue("everybody");
        files = TlsFiles.NONE
                .withTrust(authority.trusted())
                .withCertificate(everybody.certificate(), everybody.key(), "");
    }

    @BeforeEach
    void open() {
        world = WebSocketWorld.open(WorldSettings.defaults(), Form.JSON, Optional.of(files));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static Reply reply(Call call) throws Exception {
        return call.result().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static CommandHandler dripping(int parts, AtomicInteger pulled) {
        return CommandHandler.iterating(invocation -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return pulled.get() < parts;
            }

            @Override
            public Payload next() {
                pulled.incrementAndGet();
                return KIBIBYTE;
            }
        });
    }

    @Test
    void whatACommandAndItsReplySayComesThroughUntouched() throws Exception {
        AtomicReference<Invocation> seen = new AtomicReference<>();
        world.member(MemberPlan.of("cellar", "a").serving("pour", (invocation, responder) -> {
            seen.set(invocation);
            responder.complete(invocation.payload());
        }));
        byte[] bytes = new byte[300_000]; // many TLS records
        new Random(1).nextBytes(bytes);
        Command sent = Command.to("cellar", "pour")
                .payload(Payload.copyOf(bytes))
                .contentType("image/png")
                .headers(Headers.builder().add("vintage", "château 1982").build())
                .build();

        Reply reply = reply(world.caller().send(sent));

        assertThat(reply.payload()).isEqualTo(sent.payload());
        assertThat(seen.get().command().id()).isEqualTo(sent.id());
        assertThat(seen.get().command().contentType()).isEqualTo("image/png");
        assertThat(seen.get().command().headers()).isEqualTo(sent.headers());
        assertThat(seen.get().source()).isEqualTo(world.callerInstance());
    }

    @Test
    void manyCallsAtOnceEachGetTheirOwnAnswer() throws Exception {
        world.member(MemberPlan.of("cellar", "a")
                .serving("pour", CommandHandler.answering(Invocation::payload))
                .capacity(1000));

        Call[] calls = IntStream.range(0, 500)
                .mapToObj(i -> world.caller()
                        .send(Command.to("cellar", "pour")
                                .payload(Payload.ofText("glass " + i))
                                .build()))
                .toArray(Call[]::new);

        for (int i = 0; i < calls.length; i++) {
            assertThat(reply(calls[i]).payload().asText()).isEqualTo("glass " + i);
        }
    }

    @Test
    void aSlowReaderStopsItsWorkerAtTheCreditThatItGave() throws Exception {
        AtomicInteger pulled = new AtomicInteger();
        world.member(MemberPlan.of("cellar", "a")
                .serving("drip", dripping(2000, pulled))
                .serving("pour", CommandHandler.answering(Invocation::payload)));
        PartRecorder recorder = PartRecorder.slow();
        int first = (int) (CommandSender.INITIAL_CREDIT_BYTES / 1024);

        Call call = world.caller().send(Command.to("cellar", "drip").build(), recorder);
        await().until(() -> recorder.dataParts() == first);
        for (int i = 0; i < 20; i++) { // what is behind on both channels comes, and no part
            reply(world.caller().send(Command.to("cellar", "pour").build()));
        }
        assertThat(recorder.dataParts()).isEqualTo(first);
        assertThat(pulled.get()).isBetween(first, first + 1);
        call.request(100 * 1024);
        await().until(() -> recorder.dataParts() == first + 100);
        call.request(Long.MAX_VALUE);

        assertThat(reply(call).terminal().finalCount()).isEqualTo(2000);
        assertThat(recorder.dataParts()).isEqualTo(2000);
        assertThat(recorder.faults()).isEmpty();
    }

    @Test
    void aMemberWhoseSocketIsCutInTheMidstOfAStreamEndsItUnknown() {
        CountDownLatch told = new CountDownLatch(1);
        WorldMember dying = world.member(MemberPlan.of("cellar", "a").serving("pour", (invocation, responder) -> {
            responder.onCancel(told::countDown);
            responder.data(KIBIBYTE);
        }));
        PartRecorder recorder = PartRecorder.quick();
        Call call = world.caller().send(Command.to("cellar", "pour").build(), recorder);
        await().until(() -> recorder.dataParts() == 1);

        dying.cut();

        assertThatThrownBy(() -> reply(call)).cause().isInstanceOfSatisfying(CommandException.class, failure -> {
            assertThat(failure.error().code()).isEqualTo(ErrorCode.MEMBER_GONE);
            assertThat(failure.error().outcome()).isEqualTo(Outcome.UNKNOWN);
        });
        assertThat(recorder.statuses()).containsExactly(PartStatus.DATA, PartStatus.FAILED);
        await().until(() -> told.getCount() == 0);
    }

    @Test
    void aCancelReachesTheHandlerAndAFailureTheCaller() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch told = new CountDownLatch(1);
        world.member(MemberPlan.of("cellar", "a")
                .serving("wait", (invocation, responder) -> {
                    responder.onCancel(told::countDown);
                    entered.countDown();
                })
                .serving("spill", (invocation, responder) -> {
                    throw new IllegalStateException("spilled");
                }));
        Call waiting = world.caller().send(Command.to("cellar", "wait").build());
        assertThat(entered.await(30, TimeUnit.SECONDS)).isTrue();

        waiting.cancel("enough");

        assertThat(told.await(30, TimeUnit.SECONDS)).isTrue();
        assertThatThrownBy(() ->
                        reply(world.caller().send(Command.to("cellar", "spill").build())))
                .cause()
                .isInstanceOfSatisfying(
                        CommandException.class,
                        failure -> assertThat(failure.error().outcome()).isEqualTo(Outcome.EXECUTED));
    }
}
