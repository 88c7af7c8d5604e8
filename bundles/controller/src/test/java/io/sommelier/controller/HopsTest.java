package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.sommelier.api.Command;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A command that comes from too many handlers is refused where it comes in. */
@Timeout(20)
class HopsTest {
    private final Node node = new Node();
    private final HandPipeline pipeline = new HandPipeline();
    private final RecordingReplyPath path = new RecordingReplyPath();
    private final HandChannel member = node.member("north", 4, "pour");

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void aCommandOfAsManyHopsAsAllowedReachesItsMemberWithThem() {
        node.send(Node.pour().hops(Command.MAX_HOPS).build(), path);

        assertThat(member.claimNext()).isTrue();
        assertThat(member.working().command().hops()).isEqualTo(32);
    }

    @Test
    void aCommandOfOneMoreIsRefusedBeforeThePipelineAndNothingIsHeld() {
        node.controller.pipeline(pipeline);

        node.send(Node.pour().hops(Command.MAX_HOPS + 1).build(), path);

        assertThat(path.error().code()).isEqualTo(ErrorCode.TOO_MANY_HOPS);
        assertThat(path.error().outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(path.error().stage()).isEqualTo(Stage.INGRESS);
        assertThat(path.error().retryable()).isFalse();
        assertThat(path.error().message()).contains("33", "32");
        assertThat(pipeline.runs).isEmpty();
        node.isEmpty(member);
    }

    @Test
    void aPipelineHandlerThatMakesTheCommandAnewTakesNoHopsOff() {
        node.controller.pipeline(pipeline);
        Command sent = Node.pour().hops(7).build();
        node.send(sent, path);

        pipeline.last().end.execute(Command.to("cellar", "pour").id(sent.id()).build());

        assertThat(member.claimNext()).isTrue();
        assertThat(member.working().command().hops()).isEqualTo(7);
    }
}
