package io.sommelier.transport.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.MessageToMessageCodec;
import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Hello;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.testkit.FakeAcceptor;
import io.sommelier.testkit.FakeOutgoing;
import io.sommelier.wire.LinkSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Channels over something that is no socket: bytes in the envelopes of another protocol, which begins with words of its own. */
@Timeout(20)
class LinkSocketsTest {
    private record Envelope(ByteBuf bytes) {}

    private static final class Envelopes extends MessageToMessageCodec<Envelope, ByteBuf> {
        @Override
        protected void encode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) {
            out.add(new Envelope(bytes.retain()));
        }

        @Override
        protected void decode(ChannelHandlerContext context, Envelope envelope, List<Object> out) {
            out.add(envelope.bytes());
        }
    }

    private static final LinkBounds BOUNDS = new LinkBounds(10, 16, LinkSettings.defaults());
    private static final Goodbye GOODBYE = new Goodbye(CloseReason.SHUTDOWN, true, "until later");

    private final FakeAcceptor controller = new FakeAcceptor();
    private final EmbeddedChannel channel = new EmbeddedChannel(new Envelopes());
    private final List<Channel> ended = new ArrayList<>();
    private final List<Goodbye> reasons = new ArrayList<>();
    private final LinkSockets sockets = new LinkSockets("enveloped", channel.eventLoop(), controller, BOUNDS);
    private final LinkSocket socket = sockets.newSocket((closing, why) -> {
        ended.add(closing);
        reasons.add(why);
    });
    private final ConnectorEnd connector = new ConnectorEnd(
            Hello.of("cellar-1").serves("cellar", Set.of("pour")).build());

    @BeforeEach
    void begin() {
        channel.pipeline().addLast(socket);
        assertThat(socket.wasWelcomed()).isFalse();
        channel.pipeline().context(Envelopes.class).fireChannelActive();
        connector.link.start();
        exchange();
    }

    @AfterEach
    void end() {
        connector.link.socketClosed();
        channel.finishAndReleaseAll();
    }

    /** Carries bytes both ways until nobody has anything to say. */
    private void exchange() {
        boolean moved = true;
        while (moved) {
            connector.link.flush();
            moved = !connector.written.isEmpty();
            while (!connector.written.isEmpty()) {
                channel.writeInbound(new Envelope(connector.written.remove()));
            }
            channel.runPendingTasks();
            for (Envelope said = channel.readOutbound(); said != null; said = channel.readOutbound()) {
                moved = true;
                connector.link.receive(said.bytes());
                said.bytes().release();
            }
        }
    }

    @Test
    void aConnectorIsTakenInAsSoonAsItsHelloHasCome() {
        assertThat(controller.last().hello().instance()).isEqualTo("cellar-1");
        assertThat(controller.last().channel().transport()).isEqualTo("enveloped");
        assertThat(controller.last().channel().remoteAddress()).isEqualTo("embedded");
        assertThat(connector.welcomed.resumeToken()).isEqualTo("token-of-cellar-1");
        assertThat(socket.wasWelcomed()).isTrue();
    }

    @Test
    void commandsAndTheirRepliesPassBothWays() {
        FakeOutgoing down = new FakeOutgoing(
                Command.to("cellar", "pour").payload(Payload.ofText("claret")).build(), 1000);

        controller.last().channel().offer(down);
        exchange();
        connector.link.part(
                connector.taken, Part.complete(Payload.ofText("poured")).build());
        connector.link.send(Command.to("kitchen", "cook").build(), 1_000_000_000, 1000, "", "", 1, null);
        exchange();
        controller
                .last()
                .received()
                .get(0)
                .replyPath()
                .part(Part.complete(Payload.ofText("cooked")).build());
        exchange();

        assertThat(connector.command.payload().asText()).isEqualTo("claret");
        assertThat(down.parts()).extracting(Part::status).containsExactly(PartStatus.COMPLETE);
        assertThat(down.faults()).isEmpty();
        assertThat(connector.parts.get(0).payload().asText()).isEqualTo("cooked");
    }

    @Test
    void whatIsLostIsToldBeforeTheEndOfItsChannel() {
        FakeOutgoing down = new FakeOutgoing(Command.to("cellar", "pour").build(), 1000);
        controller.last().channel().offer(down);
        exchange();

        channel.close();
        channel.runPendingTasks();

        assertThat(down.isLost()).isTrue();
        assertThat(controller.last().goodbye()).map(Goodbye::reason).contains(CloseReason.LOST);
    }

    @Test
    void aFaultThatIsFoundBelowEndsTheChannelWithItsReason() {
        Goodbye fault = new Goodbye(CloseReason.PROTOCOL_ERROR, false, "no such envelope");

        channel.pipeline().fireUserEventTriggered(fault);
        exchange();

        assertThat(connector.goodbye).isEqualTo(fault);
        assertThat(controller.last().goodbye()).contains(fault);
        assertThat(reasons).containsExactly(fault);
    }

    @Test
    void theEndIsSaidInTheWayOfTheProtocolBelowAndTheSocketClosedWhenThePeerDoesNot() {
        CompletableFuture<Void> closed =
                sockets.close(GOODBYE, Duration.ofSeconds(5)).toCompletableFuture();
        exchange();

        assertThat(connector.goodbye).isEqualTo(GOODBYE);
        assertThat(ended).containsExactly(channel);
        assertThat(reasons).containsExactly(GOODBYE);
        assertThat(channel.isOpen()).isTrue();
        assertThat(closed).isNotDone();

        channel.advanceTimeBy(3, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        assertThat(closed).isCompleted();
    }

    @Test
    void whatIsUnderWayMayEndBeforeTheGoodbyeAndNothingNewIsTaken() {
        FakeOutgoing down = new FakeOutgoing(Command.to("cellar", "pour").build(), 1000);
        controller.last().channel().offer(down);
        connector.link.send(Command.to("kitchen", "cook").build(), 1_000_000_000, 1000, "", "", 1, null);
        exchange();

        sockets.close(GOODBYE, Duration.ofSeconds(5));
        exchange();

        assertThat(controller.last().isDraining()).isTrue();
        assertThat(connector.goodbye).isNull();
        assertThat(controller
                        .last()
                        .channel()
                        .offer(new FakeOutgoing(Command.to("cellar", "pour").build(), 1)))
                .isFalse();
        connector.link.part(connector.taken, Part.complete(Payload.empty()).build());
        exchange();
        assertThat(down.parts()).hasSize(1);
        assertThat(connector.goodbye).isNull();
        controller
                .last()
                .received()
                .get(0)
                .replyPath()
                .part(Part.complete(Payload.ofText("cooked")).build());
        exchange();

        assertThat(connector.parts.get(0).payload().asText()).isEqualTo("cooked");
        assertThat(connector.goodbye).isEqualTo(GOODBYE);
        assertThat(down.isLost()).isFalse();
        assertThat(controller.last().received().get(0).goneReason()).isEmpty();
    }

    @Test
    void atTheLimitWhatIsStillUnderWayIsLostAndTheGoodbyeSaid() {
        FakeOutgoing down = new FakeOutgoing(Command.to("cellar", "pour").build(), 1000);
        controller.last().channel().offer(down);
        exchange();

        sockets.close(GOODBYE, Duration.ofSeconds(5));
        exchange();
        channel.advanceTimeBy(5, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        exchange();

        assertThat(down.isLost()).isTrue();
        assertThat(connector.goodbye).isEqualTo(GOODBYE);
    }

    @Test
    void afterTheEndNoSocketIsTakenAnyMoreAndNoTickIsLeft() { // GX-4 defect 3
        sockets.close(GOODBYE, Duration.ZERO);
        exchange();
        channel.advanceTimeBy(3, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        EmbeddedChannel late = new EmbeddedChannel(sockets.newSocket((closing, why) -> {
            ended.add(closing);
            reasons.add(why);
        }));

        assertThat(late.isOpen()).isFalse();
        assertThat(channel.hasPendingTasks()).isFalse();
    }

    @Test
    void aBoundOutOfRangeIsRefused() {
        assertThatThrownBy(() -> new LinkBounds(0, 1, LinkSettings.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxChannels 0 is not positive");
        assertThatThrownBy(() -> new LinkBounds(1, 0, LinkSettings.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sendQueueCapacity 0 is out of range");
    }
}
