package io.sommelier.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sommelier.api.Command;
import io.sommelier.api.CommandError;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Hello;
import io.sommelier.api.Outcome;
import io.sommelier.api.Part;
import io.sommelier.api.PartStatus;
import io.sommelier.api.Payload;
import io.sommelier.api.Stage;
import io.sommelier.spi.Incoming;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the controller makes of what the chain says. */
@Timeout(20)
class PipelineTest {
    private final Node node = new Node();
    private final HandPipeline pipeline = new HandPipeline();
    private final RecordingReplyPath path = new RecordingReplyPath();
    private HandChannel member;

    @BeforeEach
    void open() {
        member = node.member("north", 4, "pour");
        node.controller.pipeline(pipeline);
    }

    @AfterEach
    void close() {
        node.close();
    }

    private Incoming send() {
        return node.send(Node.pour().ttl(Duration.ofSeconds(5)).build(), path);
    }

    private static CommandError refusal() {
        return CommandError.of(ErrorCode.QUOTA_EXCEEDED, Outcome.REFUSED, Stage.PIPELINE, "enough for today");
    }

    @Test
    void chainGetsTheCommandWithItsSenderAndItWaitsForTheChain() {
        send();

        assertThat(pipeline.last().down).isTrue();
        assertThat(pipeline.last().source).isEqualTo("caller");
        assertThat(pipeline.last().principal.name()).isEmpty();
        assertThat(member.queued()).isZero();
    }

    @Test
    void commandThatPassedIsRoutedAndEveryPartGoesUpTheChain() {
        send();
        pipeline.last().passDown();
        member.claimNext();

        member.answer(Part.accepted().build());
        member.answer(Part.data(Payload.ofText("a")).build());
        member.answer(Part.complete(Payload.empty()).finalCount(1).build());

        assertThat(pipeline.last().up)
                .extracting(Part::status)
                .containsExactly(PartStatus.ACCEPTED, PartStatus.DATA, PartStatus.COMPLETE);
        assertThat(path.parts()).isEqualTo(pipeline.last().up);
        node.isEmpty(member);
    }

    @Test
    void refusedCommandEndsWithTheErrorOfTheHandlerWhichGoesUpTheChain() {
        send();

        pipeline.last().end.refuse(refusal());

        assertThat(path.error()).isEqualTo(refusal());
        assertThat(pipeline.last().up).hasSize(1);
        assertThat(member.queued()).isZero();
        node.isEmpty(member);
    }

    @Test
    void changedCommandIsTheOneThatIsRoutedAndWritten() { // GX-4 defect 12
        HandChannel stove = new HandChannel(4);
        node.join(stove, Hello.of("stove").serves("kitchen", List.of("cook")));
        send();

        Command changed = Command.to("kitchen", "cook")
                .id(pipeline.last().command.id())
                .ttl(pipeline.last().command.ttl())
                .payload(Payload.ofText("coq au vin"))
                .build();
        pipeline.last().end.execute(changed);
        stove.claimNext();
        Command written = stove.working().command();
        stove.answer(Part.complete(Payload.empty()).build());

        assertThat(written).isSameAs(changed);
        assertThat(member.queued()).isZero();
        assertThat(node.outcomes()).containsExactly("kitchen cook COMPLETED 1");
        node.isEmpty(member, stove);
    }

    @Test
    void memberThatComesWhileACommandIsInTheChainGetsIt() {
        node.send(Command.to("kitchen", "cook").build(), path);
        HandChannel stove = new HandChannel(4);
        node.join(stove, Hello.of("stove").serves("kitchen", List.of("cook")));

        pipeline.last().passDown();

        assertThat(stove.queued()).isEqualTo(1);
    }

    @Test
    void changedCommandForATargetThatNobodyKnowsEndsAsUnknown() {
        send();

        pipeline.last()
                .end
                .execute(Command.to("attic", "search")
                        .id(pipeline.last().command.id())
                        .build());

        assertThat(path.error().code()).isEqualTo(ErrorCode.UNKNOWN_TARGET);
        node.isEmpty(member);
    }

    @Test
    void deadlineInTheChainEndsTheCommandThere() {
        send();

        node.passes(Duration.ofSeconds(5));

        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
        assertThat(path.error().stage()).isEqualTo(Stage.PIPELINE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
    }

    @Test
    void chainThatPassesACommandOnAfterItsDeadlineReachesNobody() {
        send();
        node.passes(Duration.ofSeconds(5));

        pipeline.last().passDown();
        pipeline.last().end.execute(Node.pour().id(pipeline.last().command.id()).build());
        pipeline.last().end.refuse(refusal());

        assertThat(path.parts()).hasSize(1);
        assertThat(member.queued()).isZero();
        node.isEmpty(member);
    }

    @Test
    void cancelInTheChainEndsTheCommandThere() {
        Incoming incoming = send();

        incoming.cancel("no longer thirsty");

        assertThat(path.error().code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(path.error().stage()).isEqualTo(Stage.PIPELINE);
        assertThat(path.error().outcome()).isEqualTo(Outcome.NOT_SENT);
        assertThat(path.error().message()).isEqualTo("cancelled: no longer thirsty");
    }

    @Test
    void replyThatFailsOnItsWayUpStopsTheWorkerAndFreesEverything() {
        send();
        pipeline.last().passDown();
        member.claimNext();
        pipeline.passesUp = false;
        member.answer(Part.data(Payload.ofText("a")).build());
        CommandError denied = CommandError.of(ErrorCode.REPLY_DENIED, Outcome.REPLY_LOST, Stage.RETURN, "not for you");

        pipeline.last().end.abort(denied);
        pipeline.last().end.send(Part.failed(denied).build());

        assertThat(member.cancels()).containsExactly("not for you");
        assertThat(path.error()).isEqualTo(denied);
        assertThat(node.outcomes()).containsExactly("cellar pour REPLY_LOST 1");
        node.isEmpty(member);
    }

    @Test
    void replyThatFailsOnItsWayUpFromInsideAPartIsNotSentTwice() {
        CommandError denied = CommandError.of(ErrorCode.REPLY_DENIED, Outcome.REPLY_LOST, Stage.RETURN, "not for you");
        node.controller.pipeline((command, principal, source, end) -> new io.sommelier.spi.Pipeline.Run() {
            @Override
            public void down() {
                end.execute(command);
            }

            @Override
            public void up(Part part) {
                if (part.status() == PartStatus.DATA) {
                    end.abort(denied);
                    end.send(Part.failed(denied).build());
                }
            }
        });
        send();
        member.claimNext();
        var working = member.working();

        member.answer(Part.data(Payload.ofText("a")).build());
        boolean lateTaken = working.part(Part.complete(Payload.empty()).build());

        assertThat(path.parts()).hasSize(1);
        assertThat(path.error()).isEqualTo(denied);
        assertThat(lateTaken).isFalse();
        assertThat(node.controller.lateParts()).isEqualTo(1);
        node.isEmpty(member);
    }

    @Test
    void abortAfterTheEndIsWithoutEffect() {
        send();
        pipeline.last().passDown();
        member.claimNext();
        member.answer(Part.complete(Payload.empty()).build());

        pipeline.last().end.abort(refusal());

        assertThat(path.parts()).hasSize(1);
        assertThat(member.cancels()).isEmpty();
        node.isEmpty(member);
    }

    @Test
    void commandsFinishOnThePipelineTheyBeganOn() {
        send();

        node.controller.pipeline(null);
        pipeline.last().passDown();
        member.claimNext();
        member.answer(Part.complete(Payload.empty()).build());
        RecordingReplyPath next = new RecordingReplyPath();
        node.send(Node.pour().build(), next);

        assertThat(pipeline.last().up).hasSize(1);
        assertThat(pipeline.runs).hasSize(1);
        assertThat(member.queued()).isEqualTo(1);
    }

    @Test
    void replyOfASecondAttemptGoesUpTheChainOfTheFirst() {
        send();
        pipeline.last().passDown();
        HandChannel second = node.member("south", 4, "pour");

        member.lose();
        second.claimNext();
        second.answer(Part.complete(Payload.ofText("poured")).build());

        assertThat(pipeline.last().up).hasSize(1);
        assertThat(path.terminal().payload().asText()).isEqualTo("poured");
    }

    @Test
    void replyOfASecondAttemptLeavesNothingThatWaitsForTheDeadline() {
        long waitingBefore = waitingForSeconds();
        send();
        pipeline.last().passDown();
        HandChannel other = node.member("south", 4, "pour");
        member.lose();
        other.claimNext();

        other.answer(Part.complete(Payload.empty()).build());

        assertThat(path.parts()).hasSize(1);
        assertThat(waitingForSeconds()).isEqualTo(waitingBefore);
    }

    @Test
    void replyThatWaitsOnItsWayUpEndsAtTheDeadlineAlsoAfterASecondAttempt() {
        pipeline.passesUp = false;
        node.send(Node.pour().ttl(Duration.ofMillis(50)).build(), path);
        pipeline.last().passDown();
        HandChannel other = node.member("south", 4, "pour");
        member.lose();
        other.claimNext();

        other.answer(Part.complete(Payload.empty()).build());

        await().untilAsserted(() -> assertThat(pipeline.last().up)
                .extracting(Part::status)
                .containsExactly(PartStatus.COMPLETE, PartStatus.FAILED));
    }

    /** The tasks of the controller that come in some seconds at the earliest. */
    private long waitingForSeconds() {
        return ((ScheduledThreadPoolExecutor) node.controller.timer())
                .getQueue().stream()
                        .filter(task -> ((Delayed) task).getDelay(TimeUnit.SECONDS) >= 2)
                        .count();
    }

    @Test
    void handlerThatMakesACommandAnewGivesItNoOtherTime() {
        Command command = Node.pour().ttl(Duration.ofSeconds(5)).build();
        node.send(command, path);

        pipeline.last().end.execute(command.toBuilder().ttl(Duration.ofHours(1)).build());
        node.advance(Duration.ofSeconds(2));

        assertThat(member.takeUnclaimed().command().ttl()).isEqualTo(Duration.ofSeconds(5));
        assertThat(node.controller
                        .admin()
                        .command("", command.id())
                        .orElseThrow()
                        .age())
                .isEqualTo(Duration.ofSeconds(2));
        node.passes(Duration.ofSeconds(3));
        assertThat(path.error().code()).isEqualTo(ErrorCode.EXPIRED);
    }
}
