package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.Credential;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Target;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.CommandState;
import io.sommelier.api.admin.CommandView;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.EventCount;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Outgoing;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Principal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an operator sees of commands and channels, and how one ends a command. */
@Timeout(20)
class AdminViewTest {
    private static final Duration TTL = Duration.ofSeconds(5);

    /** A state that a command rests in: how it gets there, who has it then, and what is true of it when it is cancelled there. */
    record Rest(CommandState state, String holder, Outcome whenCancelled) {
        @Override
        public String toString() {
            return state.name();
        }
    }

    private final Node node = new Node();
    private final ControllerAdmin admin = node.controller.admin();
    private final HandPipeline pipeline = new HandPipeline();
    private final HandMailbox mailbox = new HandMailbox(node.clock::get);
    private final RecordingReplyPath path = new RecordingReplyPath();
    private HandChannel member;
    private Command command =
            Node.pour().ttl(TTL).payload(Payload.ofText("red")).build();
    private final Map<CommandState, Runnable> ways = ways();

    @AfterEach
    void close() {
        node.close();
    }

    private Map<CommandState, Runnable> ways() {
        Map<CommandState, Runnable> all = new LinkedHashMap<>();
        all.put(CommandState.SUBMITTED, () -> {
            node.controller.pipeline(pipeline);
            node.send(command, path);
        });
        all.put(CommandState.QUEUED, this::queued);
        all.put(CommandState.WAITING, () -> {
            node.member("earlier", 4, "pour").lose();
            node.controller.mailbox(mailbox);
            node.send(command, path);
        });
        all.put(CommandState.DISPATCHED, this::dispatched);
        all.put(CommandState.ACCEPTED, () -> {
            dispatched();
            member.answer(Part.accepted().build());
        });
        all.put(CommandState.STREAMING, () -> {
            dispatched();
            member.answer(Part.data(Payload.ofText("drop")).build());
        });
        return all;
    }

    private void queued() {
        member = node.member("north", 4, "pour");
        node.send(command, path);
    }

    private void dispatched() {
        queued();
        member.claimNext();
    }

    static Stream<Rest> rests() {
        return Stream.of(
                new Rest(CommandState.SUBMITTED, "", Outcome.NOT_SENT),
                new Rest(CommandState.QUEUED, "north", Outcome.NOT_SENT),
                new Rest(CommandState.WAITING, "cellar", Outcome.NOT_SENT),
                new Rest(CommandState.DISPATCHED, "north", Outcome.UNKNOWN),
                new Rest(CommandState.ACCEPTED, "north", Outcome.UNKNOWN),
                new Rest(CommandState.STREAMING, "north", Outcome.UNKNOWN));
    }

    private CommandView view() {
        return admin.command("", command.id()).orElseThrow();
    }

    // ---- commands ----

    @ParameterizedTest
    @MethodSource("rests")
    void commandIsShownInTheStateItIsInWithWhoHasIt(Rest rest) {
        ways.get(rest.state).run();
        node.advance(Duration.ofSeconds(2));

        CommandView view = view();

        assertThat(view.state()).isEqualTo(rest.state);
        assertThat(view.state().isEnd()).isFalse();
        assertThat(view.holder()).isEqualTo(rest.holder);
        assertThat(view.holderChannelId().isEmpty()).isEqualTo(!rest.holder.equals("north"));
        assertThat(view.id()).isEqualTo(command.id());
        assertThat(view.principal()).isEmpty();
        assertThat(view.source()).isEqualTo("caller");
        assertThat(view.target()).isEqualTo(Target.of("cellar"));
        assertThat(view.operation()).isEqualTo("pour");
        assertThat(view.attempt()).isEqualTo(1);
        assertThat(view.age()).isEqualTo(Duration.ofSeconds(2));
        assertThat(view.remaining()).isEqualTo(Duration.ofSeconds(3));
        assertThat(view.heldBytes()).isEqualTo(Pending.ENTRY_BYTES + 3);
        assertThat(view.durable()).isFalse();
        assertThat(view.idempotent()).isFalse();
        assertThat(admin.commands(command.id())).containsExactly(view);
        assertThat(admin.inFlight(9)).containsExactly(view);
    }

    @ParameterizedTest
    @MethodSource("rests")
    void cancelledCommandEndsWithWhatIsTrueInTheStateItWasIn(Rest rest) {
        ways.get(rest.state).run();

        boolean ended = admin.cancel("", command.id(), "closing time");

        assertThat(ended).isTrue();
        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().outcome()).isEqualTo(rest.whenCancelled);
        assertThat(path.error().message()).isEqualTo("cancelled by an operator: closing time");
        assertThat(path.parts().stream().filter(part -> part.status().isTerminal()))
                .hasSize(1);
        if (member != null) {
            assertThat(member.cancels()).hasSize(rest.whenCancelled == Outcome.UNKNOWN ? 1 : 0);
            assertThat(member.claimNext()).isFalse();
            node.isEmpty(member);
        }
        assertThat(admin.command("", command.id())).isEmpty();
        assertThat(admin.cancel("", command.id(), "again")).isFalse();
        node.isEmpty();
    }

    @Test
    void commandIsAdmittedWhileAMemberIsSought() {
        AtomicReference<CommandState> seen = new AtomicReference<>();
        node.member("north", 4, "pour");
        node.controller.strategy((members, sought) -> {
            seen.set(view().state());
            return 0;
        });

        node.send(command, path);

        assertThat(seen).hasValue(CommandState.ADMITTED);
    }

    @Test
    void commandThatWasHandedOnIsShownAtItsNextAttempt() {
        command = Node.pour().ttl(TTL).idempotent(true).build();
        dispatched();
        node.advance(Duration.ofSeconds(1));
        node.member("south", 4, "pour");

        member.lose();

        CommandView view = view();
        assertThat(view.state()).isEqualTo(CommandState.QUEUED);
        assertThat(view.holder()).isEqualTo("south");
        assertThat(view.attempt()).isEqualTo(2);
        assertThat(view.age()).isEqualTo(Duration.ofSeconds(1));
        assertThat(view.idempotent()).isTrue();
        assertThat(admin.cancel("", command.id(), "")).isTrue();
        assertThat(path.error().message()).isEqualTo("cancelled by an operator");
        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void durableCommandThatIsCancelledWhileItWaitsMayStillRun() {
        command = Node.pour().durable(true).build();
        ways.get(CommandState.WAITING).run();

        assertThat(view().durable()).isTrue();
        admin.cancel("", command.id(), "closing time");

        assertThat(path.error().outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void ageOfACommandOfAnotherControllerCountsFromWhenItCameOutOfItsMailbox() {
        node.controller.mailbox(mailbox);
        mailbox.putByAnother(command, 0);
        node.advance(Duration.ofSeconds(2));

        node.member("north", 4, "pour");
        node.advance(Duration.ofSeconds(1));

        assertThat(view().age()).isEqualTo(Duration.ofSeconds(1));
        assertThat(view().remaining()).isEqualTo(Duration.ofSeconds(2));
        assertThat(view().source()).isEqualTo("elsewhere");
    }

    @Test
    void commandInAMailboxOfAnInstanceNamesThatAddress() {
        node.member("north", 4, "pour").lose();
        node.controller.mailbox(mailbox);
        command = Command.to(new Target("cellar", "north"), "pour").build();

        node.send(command, path);

        assertThat(view().holder()).isEqualTo("cellar/north");
    }

    @Test
    void idIsFoundForEachPrincipalThatUsesItAndOnlyTheOneNamedIsCancelled() {
        node.controller.verifiers(List.of((credential, from) -> CompletableFuture.completedStage(
                Optional.of(new Principal(credential.secret().asText(), Set.of())))));
        node.member("north", 4, "pour");
        RecordingReplyPath ofAnn = new RecordingReplyPath();
        RecordingReplyPath ofBob = new RecordingReplyPath();
        as("ann").command(command, 0, ofAnn);
        as("bob").command(command, 0, ofBob);

        boolean ended = admin.cancel("bob", command.id(), "");

        assertThat(ended).isTrue();
        assertThat(ofBob.ended()).isTrue();
        assertThat(ofAnn.ended()).isFalse();
        assertThat(admin.commands(command.id()).stream().map(CommandView::principal))
                .containsExactly("ann");
        assertThat(admin.command("", command.id())).isEmpty();
        assertThat(admin.cancel("", command.id(), "")).isFalse();
    }

    private Peer as(String name) {
        return node.join(
                new HandChannel(4), Hello.of("of-" + name).credential(new Credential("name", Payload.ofText(name))));
    }

    @Test
    void oldestCommandsAreGivenFirstAndNoMoreThanAskedFor() {
        node.member("north", 16, "pour");
        List<CommandId> ids = Stream.generate(() -> Node.pour().build())
                .limit(10)
                .peek(each -> {
                    node.send(each, new RecordingReplyPath());
                    node.advance(Duration.ofMillis(1));
                })
                .map(Command::id)
                .toList();

        assertThat(admin.inFlight(4).stream().map(CommandView::id)).containsExactlyElementsOf(ids.subList(0, 4));
        assertThat(admin.inFlight(99).stream().map(CommandView::id)).containsExactlyElementsOf(ids);
        assertThat(admin.inFlight()).isEqualTo(10);
        assertThatThrownBy(() -> admin.inFlight(0)).hasMessageContaining("allowed is 1 or more");
    }

    @Test
    void spentTimeIsShownAsZeroUntilTheWheelHasComeRound() {
        queued();

        node.onWheelThread(() -> {
            node.advance(TTL.plusSeconds(1));
            assertThat(admin.command("", command.id()).map(CommandView::remaining))
                    .contains(Duration.ZERO);
        });
    }

    @Test
    void endsAreNamedByTheTerminalPart() {
        assertThat(CommandState.of(Part.complete(Payload.empty()).build())).isEqualTo(CommandState.COMPLETED);
        assertThat(List.of(CommandState.values()).stream().filter(CommandState::isEnd))
                .containsExactly(
                        CommandState.COMPLETED, CommandState.FAILED, CommandState.EXPIRED, CommandState.CANCELLED);
        assertThatThrownBy(() -> CommandState.of(Part.accepted().build())).isInstanceOf(IllegalArgumentException.class);
    }

    // ---- channels ----

    private ChannelView channel(String instance) {
        return admin.channels().stream()
                .filter(view -> view.instance().equals(instance))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void channelsAreShownWithWhoTheyAreAndWhatIsInFlightEachWay() {
        member = new HandChannel(4);
        node.join(
                member,
                Hello.of("north")
                        .serves("cellar", List.of("pour", "count"))
                        .capacity(4)
                        .attributes(Map.of("floor", "2")));
        node.advance(Duration.ofSeconds(3));
        Incoming first = node.send(command, path);
        node.send(Node.pour().build(), new RecordingReplyPath());

        ChannelView serving = channel("north");
        assertThat(serving.targetId()).isEqualTo("cellar");
        assertThat(serving.operations()).containsExactly("count", "pour");
        assertThat(serving.transport()).isEqualTo("hand");
        assertThat(serving.remoteAddress()).isEqualTo("here");
        assertThat(serving.principal()).isEmpty();
        assertThat(serving.attributes()).containsExactly(Map.entry("floor", "2"));
        assertThat(serving.state()).isEqualTo(ChannelView.State.ACTIVE);
        assertThat(serving.age()).isEqualTo(Duration.ofSeconds(3));
        assertThat(serving.capacity()).isEqualTo(4);
        assertThat(List.of(serving.toConnector(), serving.fromConnector())).containsExactly(2, 0);
        ChannelView sending = channel("caller");
        assertThat(sending.targetId()).isEmpty();
        assertThat(sending.operations()).isEmpty();
        assertThat(List.of(sending.toConnector(), sending.fromConnector())).containsExactly(0, 2);
        assertThat(admin.channels().stream().map(ChannelView::instance)).containsExactly("caller", "north");
        assertThat(view().holderChannelId()).isEqualTo(serving.channelId()).isNotEqualTo(sending.channelId());

        first.cancel("enough");

        assertThat(channel("north").toConnector()).isEqualTo(1);
        assertThat(channel("caller").fromConnector()).isEqualTo(1);
    }

    @Test
    void channelThatDrainsIsShownSoAndOneThatWentIsNotShown() {
        member = node.member("north", 4, "pour");
        String before = channel("north").channelId();

        member.peer.draining();
        assertThat(channel("north").state()).isEqualTo(ChannelView.State.DRAINING);
        member.lose();

        assertThat(admin.channels().stream().map(ChannelView::instance)).containsExactly("caller");
        node.member("north", 4, "pour");
        assertThat(channel("north").channelId()).isNotEqualTo(before);
    }

    @Test
    void whatIsCountedRatherThanLoggedIsShownZerosIncluded() {
        assertThat(admin.events()).hasSize(4).allMatch(row -> row.count() == 0);
        dispatched();
        Outgoing working = member.working();
        admin.cancel("", command.id(), "");

        working.part(Part.complete(Payload.ofText("too late")).build());

        assertThat(admin.events()).extracting(EventCount::count).containsExactly(1L, 0L, 0L, 0L);
    }
}
