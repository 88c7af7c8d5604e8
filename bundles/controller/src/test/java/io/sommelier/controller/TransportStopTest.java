package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.ChannelAcceptor;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A transport that stops waits for what its connectors have sent, but not for what waits for that transport. */
@Timeout(20)
class TransportStopTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Goodbye STOPS = new Goodbye(CloseReason.SHUTDOWN, true, "the transport stops");

    private final Node node = new Node(ControllerSettings.defaults().withHold(new HoldSettings(LONG, 10, 1 << 20)));
    private final HandTransport transport = new HandTransport();
    private final RecordingReplyPath path = new RecordingReplyPath();
    private final HandChannel callerChannel = new HandChannel(4);
    private final Peer caller = node.join(transport.with(callerChannel), Hello.of("over-hand"));

    TransportStopTest() {
        node.controller.add(transport);
        callerChannel.isSentIdle = path::ended;
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** Stops by draining its channels, and has stopped when all are closed. */
    private static final class HandTransport implements Transport {
        private final List<HandChannel> channels = new ArrayList<>();
        private final CompletableFuture<Void> stopped = new CompletableFuture<>();

        HandChannel with(HandChannel channel) {
            channels.add(channel);
            return channel;
        }

        @Override
        public String name() {
            return "hand";
        }

        @Override
        public CompletionStage<Void> start(ChannelAcceptor acceptor) {
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<Void> stop(Duration drainLimit) {
            channels.forEach(channel -> channel.drain(STOPS));
            look();
            return stopped;
        }

        void look() {
            channels.forEach(HandChannel::leaveWhenIdle);
            if (channels.stream().allMatch(channel -> channel.goodbye() != null)) {
                stopped.complete(null);
            }
        }
    }

    private HandChannel member(String instance, HandChannel channel) {
        node.join(channel, Hello.of(instance).serves("cellar", List.of("pour")).capacity(4));
        return channel;
    }

    private static void update(HandChannel member) {
        member.peer.draining();
        member.close(new Goodbye(CloseReason.NORMAL, false, "updated"));
    }

    private CompletableFuture<Void> stop() {
        return node.controller.remove(transport, LONG).toCompletableFuture();
    }

    private void hasStopped(CompletableFuture<Void> stopped) {
        await().untilAsserted(() -> {
            transport.look();
            assertThat(stopped).isDone();
        });
    }

    @Test
    void commandThatWaitsForAMemberOfTheSameTransportEndsNotSentAtOnce() {
        HandChannel member = member("north", transport.with(new HandChannel(4)));
        update(member);
        caller.command(Node.pour().build(), 1000, path);

        hasStopped(stop());

        assertThat(path.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().stage()).isEqualTo(Stage.HOLD);
        assertThat(path.error().retryable()).isTrue();
        node.isEmpty();
    }

    @Test
    void commandThatTheMemberGivesBackAsTheTransportStopsEndsNotSent() {
        member("north", transport.with(new HandChannel(4)));
        caller.command(Node.pour().build(), 1000, path); // in its send queue

        hasStopped(stop());

        assertThat(path.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        node.isEmpty();
    }

    @Test
    void commandThatWaitsInTheMailboxForSuchAMemberEndsNotSent() {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        member("north", transport.with(new HandChannel(4)));
        caller.command(Node.pour().build(), 1000, path);

        hasStopped(stop());

        assertThat(mailbox.puts).hasSize(1);
        assertThat(path.error().code()).isEqualTo(ErrorCode.DRAINING);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        HandChannel back = member("south", new HandChannel(4));
        assertThat(back.claimNext()).isFalse(); // it is let go where it comes out
        node.isEmpty(back);
    }

    @Test
    void commandThatWaitsForAMemberOfAnotherTransportGoesOn() throws Exception {
        HandChannel elsewhere = member("north", new HandChannel(4) {
            @Override
            public String transport() {
                return "other";
            }
        });
        update(elsewhere);
        caller.command(Node.pour().build(), 1000, path);

        CompletableFuture<Void> stopped = stop();
        looksTwice();
        assertThat(path.parts()).isEmpty();
        assertThat(stopped).isNotDone();
        HandChannel back = member("south", new HandChannel(4));
        back.claimNext();
        back.answer(Part.complete(Payload.empty()).build());

        hasStopped(stopped);
        assertThat(path.terminal().error()).isEmpty();
        node.isEmpty(back);
    }

    @Test
    void commandOfACallerOverAnotherTransportWaitsForTheTransportToBeBack() throws Exception {
        member("north", transport.with(new HandChannel(4)));
        RecordingReplyPath other = new RecordingReplyPath();
        Peer elsewhere = node.join(
                new HandChannel(4) {
                    @Override
                    public String transport() {
                        return "other";
                    }
                },
                Hello.of("elsewhere"));
        CompletableFuture<Void> stopped = stop();
        hasStoppedWithNothingSent(stopped);

        elsewhere.command(Node.pour().build(), 1000, other);
        looksTwice();

        assertThat(other.parts()).isEmpty();
        HandChannel back = member("north", new HandChannel(4));
        back.claimNext();
        back.answer(Part.complete(Payload.empty()).build());
        assertThat(other.terminal().error()).isEmpty();
    }

    private void hasStoppedWithNothingSent(CompletableFuture<Void> stopped) {
        callerChannel.isSentIdle = () -> true;
        hasStopped(stopped);
    }

    @Test
    void commandThatAMemberHasGoesOn() throws Exception {
        HandChannel member = member("north", transport.with(new HandChannel(4)));
        caller.command(Node.pour().build(), 1000, path);
        member.claimNext();

        CompletableFuture<Void> stopped = stop();
        looksTwice();
        assertThat(path.parts()).isEmpty();
        member.answer(Part.complete(Payload.empty()).build());

        hasStopped(stopped);
        assertThat(path.terminal().error()).isEmpty();
    }

    @Test
    void commandForATargetThatNobodyLeftWaitsAsLongAsItMay() throws Exception {
        HandMailbox mailbox = new HandMailbox(node.clock::get);
        node.controller.mailbox(mailbox);
        HandChannel lost = member("north", transport.with(new HandChannel(4)));
        lost.lose();
        caller.command(Command.to("cellar", "pour").build(), 1000, path);

        stop();
        looksTwice();

        assertThat(path.parts()).isEmpty();
    }

    /** What looks now and then has looked twice. */
    private void looksTwice() throws Exception {
        for (int i = 0; i < 2; i++) {
            node.controller
                    .timer()
                    .schedule(() -> {}, 50, TimeUnit.MILLISECONDS)
                    .get();
        }
    }
}
