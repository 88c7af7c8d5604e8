package io.sommelier.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.CloseReason;
import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.Goodbye;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The conversation at the end of PROTOCOL.md is what two links say. */
class ProtocolExampleTest {
    private final End connector = End.connector(LinkSettings.defaults(), End.HELLO, new AtomicLong());
    private final End controller = End.controller();

    @Test
    void the_example_is_what_two_links_say() throws IOException {
        List<MatchResult> said = Pattern.compile("```(connector|controller)\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("PROTOCOL.md")))
                .results()
                .toList();
        assertThat(said.stream().map(block -> block.group(1)))
                .containsExactly(
                        "connector", "controller", "connector", "controller", "connector", "controller", "connector");
        controller.link.start();

        connector.link.start();
        assertSays(connector, said.get(0), controller);
        controller.link.welcome(End.WELCOME);
        assertSays(controller, said.get(1), connector);
        OutStream sent = connector.link.send(command(), Duration.ofSeconds(30).toNanos(), 3, "", "", 1, null);
        assertSays(connector, said.get(2), controller);
        InStream taken = controller.handler.lastIn();
        controller.link.admitted(taken);
        controller.link.part(taken, Part.accepted().contentType("text/plain").build());
        controller.link.part(taken, LinkPairTest.data("no. 1", 0));
        assertSays(controller, said.get(3), connector);
        connector.link.credit(sent, 128);
        assertSays(connector, said.get(4), controller);
        controller.link.part(taken, LinkPairTest.data("no. 2", 1));
        controller.link.part(taken, Part.complete(Payload.empty()).finalCount(2).build());
        assertSays(controller, said.get(5), connector);
        connector.link.close(new Goodbye(CloseReason.NORMAL, false, "done"));
        assertSays(connector, said.get(6), controller);

        assertThat(connector.handler.events)
                .containsExactly(
                        "welcomed by ctl-1",
                        "admitted",
                        "Part[ACCEPTED]",
                        "Part[DATA 0, 5 bytes]",
                        "Part[DATA 1, 5 bytes]",
                        "Part[COMPLETE after 2, 0 bytes]",
                        "closed NORMAL come back false");
        assertThat(controller.handler.goodbye.message()).isEqualTo("done");
        connector.allocator.assertAllReleased();
        controller.allocator.assertAllReleased();
    }

    private static void assertSays(End end, MatchResult block, End other) {
        byte[] bytes = end.takeWritten();
        assertThat(Hex.text(bytes)).isEqualTo(Hex.text(Hex.bytes(block.group(2))));
        other.receive(bytes);
    }

    private static Command command() {
        return Command.to("billing", "invoice.list")
                .id(new CommandId(0x0189aabbccdd7001L, 0x8000000000000002L))
                .payload(Payload.ofText("2026"))
                .build();
    }
}
