package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.spi.Archive;
import io.sommelier.spi.Mailbox;
import io.sommelier.testkit.MemoryArchive;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The end of every command is recorded once, while there is an archive. */
@Timeout(30)
class ArchiveTest {
    private final Node node = new Node();
    private final MemoryArchive archive = new MemoryArchive();

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void everyEndIsRecordedOnceWithWhatIsTrue() {
        node.controller.archive(archive);
        HandChannel member = node.member("one", 8, "pour");
        Command answered = Node.pour().build();
        Command unknown = Command.to("attic", "pour").build();
        Command cancelled = Node.pour().build();

        node.send(answered, new RecordingReplyPath());
        member.claimNext();
        member.answer(Part.complete(Payload.empty()).build());
        node.send(unknown, new RecordingReplyPath());
        node.send(cancelled, new RecordingReplyPath()).cancel("enough");

        assertThat(archive.entries())
                .containsExactly(
                        new MemoryArchive.Entry(answered.id(), "pour", "", "COMPLETED"),
                        new MemoryArchive.Entry(unknown.id(), "pour", "", "NOT_SENT"),
                        new MemoryArchive.Entry(cancelled.id(), "pour", "", "NOT_SENT"));
    }

    @Test
    void aCommandThatWasHandedOnIsRecordedOnceAtItsEnd() {
        node.controller.archive(archive);
        HandChannel first = node.member("one", 8, "pour");
        Command command = Node.pour().idempotent(true).build();
        node.send(command, new RecordingReplyPath());
        first.claimNext();
        HandChannel second = node.member("two", 8, "pour");

        first.lose();
        second.claimNext();
        second.answer(Part.complete(Payload.empty()).build());

        assertThat(archive.entries()).containsExactly(new MemoryArchive.Entry(command.id(), "pour", "", "COMPLETED"));
    }

    @Test
    void anArchiveThatComesWhileACommandIsUnderWayRecordsItAndOneThatThrowsCostsNoCommand() {
        HandChannel member = node.member("one", 8, "pour");
        RecordingReplyPath early = new RecordingReplyPath();
        node.send(Node.pour().build(), early);
        node.controller.archive(archive);
        member.claimNext();
        member.answer(Part.complete(Payload.empty()).build());
        RecordingReplyPath late = new RecordingReplyPath();
        node.controller.archive(new Broken());
        node.send(Node.pour().build(), late);

        member.claimNext();
        member.answer(Part.complete(Payload.empty()).build());

        assertThat(archive.entries()).hasSize(1);
        assertThat(early.terminal().error()).isEmpty();
        assertThat(late.terminal().error()).isEmpty();
        node.isEmpty(member);
    }

    private static final class Broken implements Archive {
        @Override
        public CompletionStage<Void> admitted(Command command, Mailbox.Origin origin) {
            throw new IllegalStateException("broken");
        }

        @Override
        public void ended(Command command, Mailbox.Origin origin, Part terminal) {
            throw new IllegalStateException("broken");
        }
    }
}
