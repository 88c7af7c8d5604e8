package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.Credential;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Peer;
import io.sommelier.spi.Principal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A second live command with the id of the first. */
@Timeout(20)
class DuplicateTest {
    private final Node node = new Node();
    private final HandChannel member = node.member("north", 8, "pour");
    private final RecordingReplyPath first = new RecordingReplyPath();
    private final RecordingReplyPath second = new RecordingReplyPath();
    private final Command command = Node.pour().build();

    @AfterEach
    void close() {
        node.close();
    }

    /** Verifies everybody as what his credential says. */
    private Peer joinAs(String instance, String name) {
        node.controller.verifiers(List.of((credential, from) -> CompletableFuture.completedStage(
                Optional.of(new Principal(credential.secret().asText(), Set.of())))));
        return node.join(
                new HandChannel(4), Hello.of(instance).credential(new Credential("name", Payload.ofText(name))));
    }

    @Test
    void secondLiveCommandOfTheSamePrincipalIsRefusedAndTheFirstGoesOn() {
        node.send(command, first);

        node.send(command, second);
        member.claimNext();
        member.answer(Part.complete(Payload.ofText("poured")).build());

        assertThat(second.error().code()).isEqualTo(ErrorCode.DUPLICATE_COMMAND);
        assertThat(second.error().outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(second.error().stage()).isEqualTo(Stage.INGRESS);
        assertThat(second.error().retryable()).isFalse();
        assertThat(second.error().message()).contains(command.id().toString());
        assertThat(first.terminal().payload().asText()).isEqualTo("poured");
        node.isEmpty(member);
    }

    @Test
    void channelDoesNotMatterThePrincipalDoes() {
        Peer one = joinAs("till-1", "ann");
        Peer two = joinAs("till-2", "ann");
        one.command(command, 0, first);

        two.command(command, 0, second);

        assertThat(second.error().code()).isEqualTo(ErrorCode.DUPLICATE_COMMAND);
    }

    @Test
    void anotherPrincipalMayUseTheSameId() {
        joinAs("till-1", "ann").command(command, 0, first);

        joinAs("till-2", "bob").command(command, 0, second);
        member.claimNext();
        member.answer(Part.complete(Payload.ofText("for ann")).build());
        member.claimNext();
        member.answer(Part.complete(Payload.ofText("for bob")).build());

        assertThat(first.terminal().payload().asText()).isEqualTo("for ann");
        assertThat(second.terminal().payload().asText()).isEqualTo("for bob");
    }

    @Test
    void idIsFreeAgainAfterTheEnd() {
        node.send(command, first);
        member.claimNext();
        member.answer(Part.complete(Payload.empty()).build());

        node.send(command, second);

        assertThat(second.ended()).isFalse();
        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void idIsTakenWhileTheCommandIsAtItsSecondMember() {
        node.send(command, first);
        node.member("south", 8, "pour");
        member.lose();

        node.send(command, second);

        assertThat(second.error().code()).isEqualTo(ErrorCode.DUPLICATE_COMMAND);
        assertThat(node.find(command).attempt()).isEqualTo(2);
    }
}
