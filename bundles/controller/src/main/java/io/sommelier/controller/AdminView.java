package io.sommelier.controller;

import io.sommelier.api.Command;
import io.sommelier.api.CommandId;
import io.sommelier.api.ErrorCode;
import io.sommelier.api.Outcome;
import io.sommelier.api.admin.ChannelView;
import io.sommelier.api.admin.CommandState;
import io.sommelier.api.admin.CommandView;
import io.sommelier.api.admin.ControllerAdmin;
import io.sommelier.api.admin.DrainOrder;
import io.sommelier.api.admin.DrainReport;
import io.sommelier.api.admin.EventCount;
import io.sommelier.api.admin.LatencyView;
import io.sommelier.api.admin.OutcomeCount;
import io.sommelier.api.admin.TargetView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What an operator sees of a controller. Thread-safe. */
final class AdminView implements ControllerAdmin {
    private final Controller controller;
    private final Registry registry;

    AdminView(Controller controller, Registry registry) {
        this.controller = controller;
        this.registry = registry;
    }

    @Override
    public String controllerId() {
        return controller.controllerId();
    }

    @Override
    public List<OutcomeCount> outcomes() {
        List<OutcomeCount> counts = new ArrayList<>();
        for (TargetEntry target : registry.targets()) {
            for (OperationEntry row : target.rows()) {
                addRow(counts, target.targetId(), row);
            }
        }
        addRow(counts, OperationEntry.OTHERS, registry.unknownTargets());
        counts.sort(Comparator.comparing(OutcomeCount::targetId)
                .thenComparing(OutcomeCount::operation)
                .thenComparing(OutcomeCount::end));
        return List.copyOf(counts);
    }

    @Override
    public List<EventCount> events() {
        return List.of(
                new EventCount(
                        "parts that came after the end of their command, or not from its member",
                        controller.lateParts()),
                new EventCount(
                        "notes from a controller that does not have the command",
                        controller.line().elsewhere().foreign()),
                new EventCount(
                        "ends of commands of another controller that reached no caller",
                        controller.line().here().lost()),
                new EventCount(
                        "times of commands that were not counted, since there were too many at once, or of too many operations",
                        controller.latencies().missed()));
    }

    @Override
    public List<LatencyView> latencies() {
        List<LatencyView> views = new ArrayList<>();
        registry.targets().stream()
                .sorted(Comparator.comparing(TargetEntry::targetId))
                .forEach(target -> controller.latencies().addTo(views, target));
        return List.copyOf(views);
    }

    @Override
    public List<LatencyView> latencies(String targetId) {
        List<LatencyView> views = new ArrayList<>();
        TargetEntry target = registry.target(targetId);
        if (target != null) {
            controller.latencies().addTo(views, target);
        }
        return List.copyOf(views);
    }

    private static void addRow(List<OutcomeCount> counts, String targetId, OperationEntry row) {
        add(counts, targetId, row.operation(), "COMPLETED", row.ended(0));
        for (Outcome outcome : Outcome.values()) {
            add(counts, targetId, row.operation(), outcome.name(), row.ended(outcome.number()));
        }
    }

    private static void add(List<OutcomeCount> counts, String targetId, String operation, String end, long count) {
        if (count > 0) {
            counts.add(new OutcomeCount(targetId, operation, end, count));
        }
    }

    @Override
    public List<TargetView> targets() {
        long now = controller.nanos();
        List<TargetView> views = new ArrayList<>();
        for (TargetEntry target : registry.targets()) {
            List<TargetView.MemberView> members = new ArrayList<>();
            for (Session member : target.members()) {
                members.add(new TargetView.MemberView(
                        member.instance(),
                        member.channel().transport(),
                        member.channel().remoteAddress(),
                        member.operations().stream().sorted().toList(),
                        member.inFlight(),
                        member.capacity(),
                        member.isAvailable(),
                        member.healthView(now)));
            }
            views.add(new TargetView(target.targetId(), members));
        }
        views.sort(Comparator.comparing(TargetView::targetId));
        return List.copyOf(views);
    }

    @Override
    public List<ChannelView> channels() {
        Map<Session, Integer> sent = new IdentityHashMap<>(); // counted here, so that no command pays for it
        for (Pending entry : controller.table().all()) {
            if (entry.caller() != null) {
                sent.merge(entry.caller(), 1, Integer::sum);
            }
        }
        long now = controller.nanos();
        List<ChannelView> views = new ArrayList<>();
        for (Session session : registry.sessions()) {
            views.add(new ChannelView(
                    session.channelId(),
                    session.instance(),
                    session.targetId(),
                    session.operations().stream().sorted().toList(),
                    session.channel().transport(),
                    session.channel().remoteAddress(),
                    session.principal().name(),
                    session.attributes(),
                    session.isGoing() ? ChannelView.State.DRAINING : ChannelView.State.ACTIVE,
                    Duration.ofNanos(now - session.sinceNanos()),
                    session.inFlight(),
                    sent.getOrDefault(session, 0),
                    session.capacity(),
                    session.healthView(now)));
        }
        views.sort(Comparator.comparing(ChannelView::instance));
        return List.copyOf(views);
    }

    @Override
    public List<CommandView> inFlight(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit = " + limit + " is out of range, allowed is 1 or more");
        }
        long now = controller.nanos();
        List<CommandView> views = new ArrayList<>();
        for (Pending entry : controller.table().all()) {
            view(entry, now).ifPresent(views::add);
        }
        views.sort(Comparator.comparing(CommandView::age).reversed());
        return List.copyOf(views.subList(0, Math.min(limit, views.size())));
    }

    @Override
    public Optional<CommandView> command(String principal, CommandId id) {
        Pending entry = controller.table().find(id, principal);
        return entry == null ? Optional.empty() : view(entry, controller.nanos());
    }

    @Override
    public List<CommandView> commands(CommandId id) {
        List<CommandView> views = new ArrayList<>();
        for (Pending entry : controller.table().find(id)) {
            view(entry, controller.nanos()).ifPresent(views::add);
        }
        return List.copyOf(views);
    }

    @Override
    public boolean cancel(String principal, CommandId id, String reason) {
        Pending entry = controller.table().find(id, principal);
        String message = "cancelled by an operator" + (reason.isEmpty() ? "" : ": " + reason);
        return entry != null && entry.endBefore(ErrorCode.CANCELLED, message);
    }

    /** Empty when it ends just now. */
    private Optional<CommandView> view(Pending found, long now) {
        Pending entry = found.current();
        int state = entry.state();
        Command command = entry.command();
        if (state >= Pending.SETTLED || command == null) {
            return Optional.empty();
        }
        boolean isHeld = state == Pending.QUEUED || state >= Pending.CLAIMED;
        Session member = isHeld && entry.holder() instanceof Session session ? session : null;
        String elsewhere = state == Pending.WAITING
                ? command.target().toString()
                : isHeld && entry.holder() instanceof RemoteTaker taker ? taker.controllerId() : "";
        return Optional.of(new CommandView(
                entry.id,
                entry.principal,
                entry.source(),
                command.target(),
                command.operation(),
                stateOf(entry, state),
                entry.attempt(),
                Duration.ofNanos(now - entry.beganNanos(command)),
                Duration.ofNanos(Math.max(0, entry.leftNanos())),
                member == null ? elsewhere : member.instance(),
                member == null ? "" : member.channelId(),
                entry.heldBytes(),
                command.durable(),
                command.idempotent()));
    }

    private static CommandState stateOf(Pending entry, int state) {
        return switch (state) {
            case Pending.NEW -> entry.isInPipeline() ? CommandState.SUBMITTED : CommandState.ADMITTED;
            case Pending.QUEUED -> CommandState.QUEUED;
            case Pending.WAITING -> CommandState.WAITING;
            case Pending.JOINED -> CommandState.JOINED;
            case Pending.CLAIMED -> CommandState.DISPATCHED;
            default -> entry.hasData() ? CommandState.STREAMING : CommandState.ACCEPTED;
        };
    }

    @Override
    public long inFlight() {
        return controller.table().size();
    }

    @Override
    public Optional<CompletionStage<DrainReport>> drainChannel(String channelId, DrainOrder order) {
        return controller.drains().channel(channelId, order);
    }

    @Override
    public Optional<CompletionStage<DrainReport>> drainTarget(String targetId, DrainOrder order) {
        return controller.drains().target(targetId, order);
    }

    @Override
    public CompletionStage<DrainReport> drainController(DrainOrder order) {
        return controller.drain(order);
    }

    @Override
    public boolean resume() {
        return controller.resume();
    }

    @Override
    public boolean isDraining() {
        return controller.isDraining();
    }

    @Override
    public long bytesHeld() {
        return controller.budget().heldBytes();
    }
}
