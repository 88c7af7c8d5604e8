package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.CommandException;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.api.Target;
import io.sommelier.spi.ControllerLink;
import io.sommelier.spi.Incoming;
import io.sommelier.spi.Note;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of stage and outcome in the README of the api bundle: each row that is the controller's is driven here, so that neither can change without the other. */
@Timeout(20)
class StageOutcomeTableTest {
    private static final Path README = Path.of("..", "api", "README.md");
    private static final Duration TTL = Duration.ofSeconds(5);

    private static final ControllerLink.Sender OTHER = new ControllerLink.Sender("node-9", 1);

    /** A row of the table. */
    record Row(String stage, String happened, String code, String outcome, String retryable, String who) {
        static Row of(String line) {
            String[] cells = line.substring(1).split("\\|");
            String[] trimmed = Arrays.stream(cells)
                    .map(cell -> cell.trim().replace("`", ""))
                    .toArray(String[]::new);
            return new Row(trimmed[0], trimmed[1], trimmed[2], trimmed[3], trimmed[4], trimmed[5]);
        }

        @Override
        public String toString() {
            return stage + ": " + happened;
        }
    }

    /** Brings a command to its end. */
    private interface Drive {
        void run();
    }

    private final Node node = new Node(ControllerSettings.defaults().withStreamIdle(Duration.ofSeconds(1)));
    private final HandPipeline pipeline = new HandPipeline();
    private final HandMailbox mailbox = new HandMailbox(node.clock::get);
    private final HandLink link = new HandLink();
    private final RecordingReplyPath path = new RecordingReplyPath();
    private final Map<String, Drive> drives = drives();
    private HandChannel member;
    private Incoming incoming;

    @AfterEach
    void close() {
        node.close();
    }

    static List<Row> rows() {
        try (Stream<String> lines = Files.lines(README)) {
            return lines.dropWhile(line -> !line.startsWith("| Stage |"))
                    .skip(2)
                    .takeWhile(line -> line.startsWith("|"))
                    .map(Row::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Row> rowsOfTheController() {
        return rows().stream().filter(row -> row.who.equals("controller")).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rowsOfTheController")
    void whatHappenedGivesTheErrorOfItsRow(Row row) {
        Drive drive = drives.get(row.happened);
        assertThat(drive).as("something here drives: %s", row).isNotNull();

        drive.run();

        CommandError error = path.error();
        assertThat(error.stage()).isEqualTo(Stage.valueOf(row.stage));
        assertThat(error.code()).isEqualTo(ErrorCode.valueOf(row.code));
        assertThat(error.outcome()).isEqualTo(Outcome.valueOf(row.outcome));
        assertThat(error.retryable()).isEqualTo(row.retryable.equals("yes"));
        assertThat(error.message()).isNotBlank();
    }

    @Test
    void everythingThatIsDrivenHereStandsInTheTable() {
        assertThat(drives.keySet())
                .containsExactlyInAnyOrderElementsOf(
                        rowsOfTheController().stream().map(Row::happened).toList());
    }

    @Test
    void everyRowNamesAStageAnOutcomeAndWhoSaysIt() {
        assertThat(rows()).hasSizeGreaterThan(30).allSatisfy(row -> {
            assertThat(Arrays.stream(Stage.values()).map(Enum::name)).contains(row.stage);
            assertThat(Arrays.stream(Outcome.values()).map(Enum::name))
                    .contains(row.outcome.split(",")[0]);
            assertThat(row.retryable).isIn("yes", "no", "as it says");
            assertThat(row.who).isIn("controller", "pipeline", "member", "transport");
        });
    }

    @Test
    void everyStageHasARow() {
        assertThat(rows().stream().map(Row::stage).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Stage.values()).map(Enum::name).toList());
    }

    // ---- what drives each row ----

    private Map<String, Drive> drives() {
        Map<String, Drive> all = new LinkedHashMap<>();
        all.put("the time was spent when it came", () -> send(pour().remainingNanos(0)));
        all.put("the controller drains", () -> {
            node.controller.close(Duration.ZERO);
            send(pour());
        });
        all.put("live commands hold as many bytes as they may", () -> {
            node.controller.settings(ControllerSettings.defaults().withBudgets(1 << 20, 1 << 20, 1 << 20));
            send(pour().payload(Payload.copyOf(new byte[1 << 20])));
        });
        all.put("a live command of the same principal has its id", () -> {
            join();
            Command first = pour().build();
            node.send(first, new RecordingReplyPath());
            send(first.toBuilder());
        });

        all.put("it comes from more than 32 handlers, one behind the other", () -> {
            join();
            send(pour().hops(Command.MAX_HOPS + 1));
        });

        all.put("the time was spent in the chain", () -> {
            inTheChain();
            node.passes(TTL);
        });
        all.put("cancelled in the chain", () -> {
            inTheChain();
            incoming.cancel("enough");
        });
        all.put("the time was spent before a member was sought", () -> {
            inTheChain();
            // without a tick between: the wheel would be faster
            node.onWheelThread(() -> {
                node.advance(TTL);
                pipeline.last().passDown();
            });
        });

        all.put("nobody ever named the target", () -> send(pour()));
        all.put("no member of the live target serves the operation", () -> {
            join();
            send(Command.to("cellar", "smash"));
        });
        all.put("no member is there, and it may not wait", () -> {
            node.controller.settings(ControllerSettings.defaults().withAbsentMayWait(false));
            absent();
            send(pour());
        });
        all.put("the named instance is not there, and it may not wait", () -> {
            join();
            send(Command.to(new Target("cellar", "south"), "pour"));
        });
        all.put("every member is full", () -> {
            member = node.member("north", 1, "pour");
            node.send(pour().build(), new RecordingReplyPath());
            send(pour());
        });
        all.put("durable, and there is no mailbox", () -> {
            join();
            send(pour().durable(true));
        });

        all.put("its idempotency key was used for other content", () -> {
            queued(keyed());
            send(keyed().payload(Payload.ofText("other")));
        });
        all.put("as many idempotency keys are remembered as may be", () -> {
            node.controller.settings(ControllerSettings.defaults()
                    .withKeys(new KeySettings(Duration.ofMinutes(1), 1, 1 << 20, 4 << 10)));
            queued(keyed());
            send(pour().idempotencyKey("another"));
        });
        all.put("it repeats a command of which there is no reply to give", () -> {
            queued(keyed());
            member.claimNext();
            member.lose();
            send(keyed());
        });

        all.put("the time was spent before it was claimed", () -> {
            queued();
            node.passes(TTL);
        });
        all.put("cancelled before it was claimed", () -> {
            queued();
            incoming.cancel("enough");
        });
        all.put("the controller stopped before it was claimed", () -> {
            queued();
            node.controller.endAll();
        });
        all.put("the channel of the last attempt was lost before it was claimed", () -> lastAttempt(false));

        all.put("the mailbox could not take it", () -> {
            mailbox.refusal = new CommandException(CommandError.of(
                    ErrorCode.MAILBOX_UNAVAILABLE, Outcome.NOT_SENT, Stage.MAILBOX, "the disk is full"));
            waiting(false);
        });
        all.put("the time was spent in the hold", () -> {
            held();
            node.passes(TTL);
        });
        all.put("cancelled in the hold", () -> {
            held();
            incoming.cancel("enough");
        });
        all.put("as many commands are held as may be", () -> {
            node.controller.settings(
                    ControllerSettings.defaults().withHold(new HoldSettings(Duration.ofSeconds(5), 1, 1 << 20)));
            node.member("north", 4, "pour").peer.draining();
            node.send(Node.pour().build(), new RecordingReplyPath());
            node.send(Node.pour().build(), path);
        });
        all.put("the controller stopped while it was held", () -> {
            held();
            node.controller.endAll();
        });
        all.put("the time was spent while it waited", () -> {
            waiting(false);
            node.passes(TTL);
        });
        all.put("cancelled while it waited", () -> {
            waiting(false);
            incoming.cancel("enough");
        });
        all.put("durable, and cancelled while it waited", () -> {
            waiting(true);
            incoming.cancel("enough");
        });
        all.put("the time was spent while it waited, and the line to other controllers was away meanwhile", () -> {
            shared();
            waiting(false);
            link.interrupt("node-1");
            node.passes(TTL);
        });
        all.put("cancelled while it waited where other controllers may take it", () -> {
            shared();
            waiting(false);
            incoming.cancel("enough");
        });
        all.put("the controller stopped while it waited", () -> {
            waiting(false);
            node.controller.endAll();
        });
        all.put("the transport of its caller stopped while it waited for one that comes back over it", () -> {
            waiting(false);
            node.controller.table().all().forEach(entry -> entry.endWaiting("the transport stops"));
        });

        all.put("the time was spent at the member", () -> {
            claimed();
            node.passes(TTL);
        });
        all.put("the time was spent while it waited for the reply of the command that it repeats", () -> {
            queued(keyed().ttl(TTL.multipliedBy(2)));
            send(keyed());
            node.passes(TTL);
        });
        all.put("cancelled while it waited for the reply of the command that it repeats", () -> {
            queued(keyed());
            send(keyed());
            incoming.cancel("enough");
        });
        all.put("it came out of its mailbox again, and may not run twice", () -> {
            waiting(false);
            mailbox.puts.get(0).deliveries = 1;
            join();
        });
        all.put("cancelled at the member", () -> {
            claimed();
            incoming.cancel("enough");
        });
        all.put("the channel of the member was lost", () -> {
            claimed();
            member.lose();
        });
        all.put("the channel of the last attempt was lost", () -> lastAttempt(true));
        all.put("the controller stopped before a part came", () -> {
            claimed();
            node.controller.endAll();
        });

        all.put("the time was spent in the stream", () -> {
            streaming(0);
            node.passes(TTL);
        });
        all.put("cancelled in the stream", () -> {
            streaming(9);
            incoming.cancel("enough");
        });
        all.put("the channel of the member was lost in the stream", () -> {
            streaming(9);
            member.lose();
        });
        all.put("parts of the reply were lost between controllers", () -> {
            Note.Take take = granted();
            link.bring(OTHER, "node-1", new Note.Reply(take, 1, Part.accepted().build()));
        });
        all.put("the way back to the caller's controller was closed", () -> {
            link.open("node-2", new Idle());
            node.controller.link(link);
            node.controller.mailbox(mailbox);
            join();
            mailbox.putByAnother(pour().build(), 0);
            link.bring(
                    link.sender("node-2"),
                    "node-1",
                    new Note.Grant(link.all(Note.Ask.class).get(0).take(), 9));
            member.claimNext();
            link.fails = note -> !((Note.Reply) note).part().status().isTerminal();
            member.answer(Part.accepted().build());
            path.part(link.all(Note.Reply.class).get(1).part());
        });
        all.put("nothing came although the reader has credit", () -> {
            streaming(9);
            node.passes(Duration.ofMillis(1020));
        });
        all.put("the controller stopped in the stream", () -> {
            streaming(9);
            node.controller.endAll();
        });

        all.put("the end came, but parts before it were lost between controllers", () -> {
            Note.Take take = granted();
            link.bring(
                    OTHER,
                    "node-1",
                    new Note.Reply(take, 1, Part.complete(Payload.empty()).build()));
        });
        all.put("the time was spent while a handler held the reply", () -> {
            inTheChain();
            join();
            pipeline.last().passDown();
            member.claimNext();
            pipeline.passesUp = false;
            node.onWheelThread(() -> {
                node.advance(TTL.minusNanos(1));
                member.answer(Part.complete(Payload.empty()).build());
                pipeline.passesUp = true;
            });
            node.passes(Duration.ZERO); // what was scheduled for then has run
        });
        return all;
    }

    /** Another controller was heard of. */
    private void shared() {
        node.controller.link(link);
        link.bring(OTHER, "node-1", new Note.Abandoned(new Note.Take(CommandId.random(), "", 1), TakenHere.wentAway()));
    }

    /** Another controller has the command. */
    private Note.Take granted() {
        node.controller.link(link);
        waiting(false);
        Note.Take take = new Note.Take(mailbox.puts.get(0).command.id(), "", 7);
        link.bring(OTHER, "node-1", new Note.Ask(take, 1, 1));
        return take;
    }

    /** Another controller, to which nothing matters. */
    private static final class Idle implements ControllerLink.Listener {
        @Override
        public void note(ControllerLink.Sender from, Note note) {
            // by hand
        }

        @Override
        public void gone(ControllerLink.Sender sender) {
            // by hand
        }

        @Override
        public void up() {
            // by hand
        }

        @Override
        public void down() {
            // by hand
        }
    }

    private static Command.Builder pour() {
        return Node.pour().ttl(TTL);
    }

    private static Command.Builder keyed() {
        return pour().idempotencyKey("k");
    }

    /** Another command is in the queue of the member. */
    private void queued(Command.Builder other) {
        join();
        node.send(other.build(), new RecordingReplyPath());
    }

    private void send(Command.Builder command) {
        incoming = node.send(command.build(), path);
    }

    private void join() {
        member = node.member("north", 4, "pour");
    }

    private void absent() {
        node.member("earlier", 4, "pour").lose();
    }

    private void inTheChain() {
        node.controller.pipeline(pipeline);
        send(pour());
    }

    private void queued() {
        join();
        send(pour());
    }

    private void claimed() {
        queued();
        member.claimNext();
    }

    private void streaming(long credit) {
        join();
        incoming = node.send(pour().build(), credit, path);
        member.claimNext();
        member.answer(Part.accepted().build());
    }

    /** A command for a target whose only member is just going in good order. */
    private void held() {
        node.member("north", 4, "pour").peer.draining();
        incoming = node.send(Node.pour().ttl(TTL).build(), path);
    }

    private void waiting(boolean durable) {
        absent();
        node.controller.mailbox(mailbox);
        send(pour().durable(durable));
    }

    private void lastAttempt(boolean claims) {
        node.controller.settings(ControllerSettings.defaults().withMaxAttempts(1));
        join();
        send(pour().idempotent(true));
        if (claims) {
            member.claimNext();
        }
        node.member("south", 4, "pour");
        member.lose();
    }
}
