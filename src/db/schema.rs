//! The tables, as the migrations of both engines make them (a test compares all three).

diesel::table! {
    installation (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        epoch -> Integer,
        disabled -> Bool,
        locale -> Text,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    memberships (user_id, scope, role) {
        user_id -> Text,
        scope -> Text,
        role -> Text,
        decree -> Text,
        valid_from -> Nullable<BigInt>,
        valid_until -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        refresh_hash -> Text,
        client -> Text,
        created_at -> BigInt,
        refreshed_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        replaced -> Text,
    }
}

diesel::table! {
    setup_links (hash) {
        hash -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    sites (id) {
        id -> Text,
        key -> Text,
        name -> Text,
        hosts -> Text,
        zone -> Text,
        locales -> Text,
        default_locale -> Text,
        live_sequence -> BigInt,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
        stems_version -> BigInt,
        shares_version -> BigInt,
    }
}

diesel::table! {
    content_types (site_id, key, version) {
        site_id -> Text,
        key -> Text,
        version -> Integer,
        definition -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    assets (site_id, digest) {
        site_id -> Text,
        digest -> Text,
        name -> Text,
        kind -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        alt -> Text,
        credit -> Text,
        uploaded_by -> Nullable<Text>,
        version -> Integer,
        created_at -> BigInt,
        folder -> Text,
        tags -> Text,
        source -> Text,
        licence -> Text,
        consent -> Text,
        pages -> Nullable<Integer>,
        is_tagged -> Nullable<Bool>,
        names_language -> Nullable<Bool>,
        trashed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    asset_tags (site_id, tag, digest) {
        site_id -> Text,
        digest -> Text,
        tag -> Text,
    }
}

diesel::table! {
    asset_uses (digest, entry_id, revision) {
        digest -> Text,
        entry_id -> Text,
        revision -> Integer,
    }
}

diesel::table! {
    document_texts (site_id, digest) {
        site_id -> Text,
        digest -> Text,
        text -> Text,
        sequence -> BigInt,
    }
}

diesel::table! {
    pictures (site_id, digest) {
        site_id -> Text,
        digest -> Text,
        state -> Text,
        focus -> Nullable<Text>,
        shown -> Nullable<Text>,
        fault -> Nullable<Text>,
        asked_at -> BigInt,
    }
}

diesel::table! {
    derivatives (name) {
        name -> Text,
        original -> Text,
        recipe -> Text,
        media_type -> Text,
        width -> Integer,
        height -> Integer,
        size_bytes -> BigInt,
        sha256 -> Text,
        quality -> Nullable<Integer>,
        similarity_ppm -> Nullable<Integer>,
        made_at -> BigInt,
    }
}

diesel::table! {
    procedures (key, version) {
        key -> Text,
        version -> Integer,
        digest -> Text,
        source -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    cases (id) {
        id -> Text,
        procedure_key -> Text,
        procedure_version -> Integer,
        flow -> Text,
        site_id -> Nullable<Text>,
        entry_id -> Nullable<Text>,
        title -> Text,
        step -> Text,
        step_since -> BigInt,
        due_at -> Nullable<BigInt>,
        agreed_due_at -> Nullable<BigInt>,
        waiting_since -> Nullable<BigInt>,
        assigned_to -> Nullable<Text>,
        opened_by -> Nullable<Text>,
        opened_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        version -> Integer,
    }
}

diesel::table! {
    case_events (case_id, number) {
        case_id -> Text,
        number -> Integer,
        command -> Text,
        from_step -> Text,
        to_step -> Text,
        actor_id -> Nullable<Text>,
        comment -> Text,
        fields -> Text,
        due_at -> Nullable<BigInt>,
        at -> BigInt,
    }
}

diesel::table! {
    attachments (id) {
        id -> Text,
        case_id -> Text,
        digest -> Text,
        name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        uploaded_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    entries (id) {
        id -> Text,
        site_id -> Text,
        type_key -> Text,
        locale -> Text,
        slug -> Text,
        group_id -> Text,
        case_id -> Text,
        step -> Text,
        version -> Integer,
        revision -> Integer,
        digest -> Text,
        closure -> Text,
        title -> Text,
        category -> Nullable<Text>,
        tags -> Text,
        approved_closure -> Nullable<Text>,
        approved_revision -> Integer,
        publish_at -> Nullable<BigInt>,
        unpublish_at -> Nullable<BigInt>,
        published_at -> Nullable<BigInt>,
        trashed_at -> Nullable<BigInt>,
        origin -> Text,
        created_by -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        reviewed_at -> Nullable<BigInt>,
        review_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    entry_tags (entry_id, tag) {
        entry_id -> Text,
        site_id -> Text,
        tag -> Text,
    }
}

diesel::table! {
    unique_values (entry_id, field) {
        entry_id -> Text,
        site_id -> Text,
        type_key -> Text,
        field -> Text,
        value -> Text,
    }
}

diesel::table! {
    revisions (entry_id, number) {
        entry_id -> Text,
        number -> Integer,
        digest -> Text,
        body -> Text,
        author_id -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    presences (entry_id, user_id) {
        entry_id -> Text,
        user_id -> Text,
        seen_at -> BigInt,
        holds_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    approvals (entry_id, approved_at) {
        entry_id -> Text,
        revision -> Integer,
        closure -> Text,
        approver_id -> Text,
        approved_at -> BigInt,
        voided_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    comments (id) {
        id -> Text,
        case_id -> Text,
        author_id -> Text,
        step -> Text,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    live_entries (entry_id) {
        entry_id -> Text,
        site_id -> Text,
        type_key -> Text,
        locale -> Text,
        slug -> Text,
        group_id -> Text,
        revision -> Integer,
        digest -> Text,
        closure -> Text,
        card -> Text,
        approver_id -> Nullable<Text>,
        origin -> Text,
        published_at -> BigInt,
        updated_at -> BigInt,
        sequence -> BigInt,
    }
}

diesel::table! {
    live_changes (site_id, sequence) {
        site_id -> Text,
        sequence -> BigInt,
        kind -> Text,
        entry_id -> Text,
        type_key -> Text,
        locale -> Text,
        slug -> Text,
        digest -> Text,
        reason -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    former_addresses (site_id, type_key, locale, slug) {
        site_id -> Text,
        type_key -> Text,
        locale -> Text,
        slug -> Text,
        entry_id -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    withdrawals (site_id, type_key, locale, slug) {
        site_id -> Text,
        type_key -> Text,
        locale -> Text,
        slug -> Text,
        entry_id -> Text,
        title -> Text,
        office -> Text,
        reason -> Text,
        notice -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    findable (number) {
        number -> BigInt,
        entry_id -> Text,
        site_id -> Text,
        summary -> Text,
        mark -> Text,
    }
}

diesel::table! {
    shares (site_id, name) {
        site_id -> Text,
        name -> Text,
        sha256 -> Text,
        size_bytes -> BigInt,
        made_at -> BigInt,
    }
}

diesel::table! {
    releases (id) {
        id -> Text,
        site_id -> Text,
        number -> Integer,
        state -> Text,
        folder -> Text,
        manifest_digest -> Text,
        inputs -> Text,
        live_sequence -> BigInt,
        pages -> Integer,
        files -> Integer,
        size_bytes -> BigInt,
        build_micros -> BigInt,
        created_by -> Nullable<Text>,
        created_at -> BigInt,
        activated_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        payload -> Text,
        unique_key -> Nullable<Text>,
        state -> Text,
        run_at -> BigInt,
        attempts -> Integer,
        locked_until -> Nullable<BigInt>,
        error -> Nullable<Text>,
        result -> Nullable<Text>,
        created_at -> BigInt,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    ledger (sequence) {
        sequence -> BigInt,
        hash -> Text,
        previous -> Text,
        at -> BigInt,
        actor -> Text,
        on_behalf -> Nullable<Text>,
        action -> Text,
        subject -> Text,
        site_id -> Nullable<Text>,
        digests -> Text,
        detail -> Text,
    }
}

diesel::table! {
    ledger_head (id) {
        id -> Integer,
        sequence -> BigInt,
        hash -> Text,
    }
}

diesel::table! {
    ledger_checkpoints (sequence) {
        sequence -> BigInt,
        hash -> Text,
        at -> BigInt,
        public_key -> Text,
        signature -> Text,
    }
}

diesel::table! {
    idempotency (actor_id, key) {
        actor_id -> Text,
        key -> Text,
        request -> Text,
        status -> Integer,
        headers -> Text,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    targets (id) {
        id -> Text,
        site_id -> Text,
        key -> Text,
        position -> Integer,
        kind -> Text,
        settings -> Text,
        credentials -> Nullable<Text>,
        url -> Nullable<Text>,
        active -> Bool,
        release_number -> Nullable<Integer>,
        manifest_digest -> Nullable<Text>,
        succeeded_at -> Nullable<BigInt>,
        failures -> Integer,
        failing_since -> Nullable<BigInt>,
        alarmed_at -> Nullable<BigInt>,
        error -> Nullable<Text>,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    verify_runs (id) {
        id -> Text,
        site_id -> Text,
        url -> Text,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        turn -> BigInt,
        report -> Text,
    }
}

diesel::table! {
    deployments (id) {
        id -> Text,
        target_id -> Text,
        release_number -> Nullable<Integer>,
        manifest_digest -> Nullable<Text>,
        outcome -> Text,
        error -> Nullable<Text>,
        files_sent -> Integer,
        files_removed -> Integer,
        bytes_sent -> BigInt,
        started_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    verify_findings (id) {
        id -> Text,
        site_id -> Text,
        url -> Text,
        kind -> Text,
        path -> Text,
        detail -> Text,
        evidence -> Nullable<Text>,
        found_at -> BigInt,
        seen_at -> BigInt,
        cleared_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    verify_certificates (site_id, url) {
        site_id -> Text,
        url -> Text,
        fingerprint -> Text,
        seen_at -> BigInt,
    }
}

diesel::table! {
    previews (id) {
        id -> Text,
        entry_id -> Text,
        site_id -> Text,
        revision -> BigInt,
        digest -> Text,
        recipient -> Text,
        token_hash -> Text,
        created_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    site_themes (id) {
        id -> Text,
        site_id -> Text,
        name -> Text,
        digest -> Text,
        state -> Text,
        note -> Text,
        proposed_by -> Nullable<Text>,
        proposed_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        reason -> Text,
    }
}

diesel::table! {
    staging_passes (hash) {
        hash -> Text,
        kind -> Text,
        site_id -> Text,
        session_id -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    uploads (id) {
        id -> Text,
        site_id -> Text,
        user_id -> Text,
        name -> Text,
        length_bytes -> BigInt,
        digest -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    check_policies (site_id) {
        site_id -> Text,
        severities -> Text,
        version -> Integer,
        updated_at -> BigInt,
    }
}

diesel::table! {
    check_confirmations (entry_id, number) {
        entry_id -> Text,
        number -> Integer,
        revision_digest -> Text,
        confirmed -> Text,
        reason -> Text,
        confirmed_by -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    calendar_versions (version) {
        version -> Integer,
        from_at -> BigInt,
        hours -> Text,
        holidays -> Text,
        digest -> Text,
        changed_by -> Text,
    }
}

diesel::table! {
    account_links (hash) {
        hash -> Text,
        user_id -> Text,
        made_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    external_links (digest) {
        digest -> Text,
        host -> Text,
        said -> Text,
        verdict -> Text,
        asked_at -> BigInt,
        again_at -> BigInt,
    }
}

diesel::table! {
    notices (user_id, event) {
        user_id -> Text,
        event -> BigInt,
        kind -> Text,
        waits -> Bool,
        site_id -> Nullable<Text>,
        subject -> Text,
        title -> Text,
        actor_id -> Nullable<Text>,
        said -> Text,
        step -> Nullable<Text>,
        at -> BigInt,
        read_at -> Nullable<BigInt>,
        mailed_at -> Nullable<BigInt>,
        messaged_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    notice_preferences (user_id) {
        user_id -> Text,
        mail -> Text,
        digest_hour -> Integer,
        version -> Integer,
        updated_at -> BigInt,
        telegram -> Text,
        telegram_chat -> Nullable<Text>,
    }
}

diesel::table! {
    telegram_bot (id) {
        id -> Integer,
        token -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    mail_server (id) {
        id -> Integer,
        host -> Text,
        port -> Integer,
        security -> Text,
        username -> Text,
        password -> Nullable<Text>,
        from_address -> Text,
        from_name -> Text,
        version -> Integer,
        updated_at -> BigInt,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Text,
        site_id -> Text,
        url -> Text,
        kinds -> Text,
        secret -> Text,
        active -> Bool,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
        quiet_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Text,
        webhook_id -> Text,
        kind -> Text,
        body -> Text,
        state -> Text,
        attempts -> Integer,
        status -> Nullable<Integer>,
        error -> Nullable<Text>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    monitored_sites (id) {
        id -> Text,
        site_id -> Nullable<Text>,
        agency -> Text,
        url -> Text,
        profile -> Text,
        interval_seconds -> Integer,
        active -> Bool,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    monitor_groups (name, monitor_id) {
        name -> Text,
        monitor_id -> Text,
    }
}

diesel::table! {
    monitor_states (monitor_id) {
        monitor_id -> Text,
        state -> Text,
        since -> BigInt,
        standing -> Text,
        due_at -> Nullable<BigInt>,
        looked_at -> Nullable<BigInt>,
        cause -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    probes (monitor_id, due_at) {
        monitor_id -> Text,
        due_at -> BigInt,
        looked_at -> BigInt,
        outcome -> Text,
        quiet -> Bool,
        cause -> Nullable<Text>,
        status -> Nullable<Integer>,
        address -> Nullable<Text>,
        first_byte_ms -> Nullable<Integer>,
        whole_ms -> Integer,
    }
}

diesel::table! {
    probe_rollups (monitor_id, span_seconds, begins_at) {
        monitor_id -> Text,
        span_seconds -> Integer,
        begins_at -> BigInt,
        good -> Integer,
        bad -> Integer,
        unknown -> Integer,
        quiet -> Integer,
        good_ms -> BigInt,
        slowest_ms -> Integer,
    }
}

diesel::table! {
    monitor_outages (monitor_id, since) {
        monitor_id -> Text,
        since -> BigInt,
        confirmed_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        cause -> Text,
    }
}

diesel::table! {
    monitor_incidents (id) {
        id -> Text,
        kind -> Text,
        cause -> Text,
        address -> Nullable<Text>,
        domain -> Text,
        since -> BigInt,
        told_at -> Nullable<BigInt>,
        over_at -> Nullable<BigInt>,
        closed -> Bool,
    }
}

diesel::table! {
    monitor_incident_members (incident_id, monitor_id) {
        incident_id -> Text,
        monitor_id -> Text,
        since -> BigInt,
        left_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    monitor_windows (id) {
        id -> Text,
        monitor_id -> Nullable<Text>,
        group_name -> Nullable<Text>,
        starts_at -> BigInt,
        ends_at -> BigInt,
        zone -> Text,
        reason -> Text,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    monitor_baselines (monitor_id) {
        monitor_id -> Text,
        accepted -> Nullable<Text>,
        accepted_at -> Nullable<BigInt>,
        accepted_by -> Nullable<Text>,
        seen -> Text,
        seen_at -> BigInt,
        questions -> Integer,
    }
}

diesel::table! {
    monitor_watch (id) {
        id -> Integer,
        holder -> Text,
        until -> BigInt,
    }
}

diesel::table! {
    monitor_rounds (id) {
        id -> Text,
        occasion -> Text,
        websites -> Integer,
        began_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    monitor_reports (round_id, monitor_id) {
        round_id -> Text,
        monitor_id -> Text,
        looked_at -> BigInt,
        verdict -> Text,
        reached -> Text,
        cause -> Nullable<Text>,
        injection -> Nullable<Text>,
        grade -> Nullable<Text>,
        freshness -> Text,
        quiet -> Bool,
        report -> Text,
    }
}

diesel::table! {
    monitor_evidence (digest) {
        digest -> Text,
        body -> Binary,
    }
}

diesel::table! {
    recaps (id) {
        id -> Text,
        case_id -> Text,
        week -> Text,
        number -> Text,
        round_id -> Nullable<Text>,
        figures_since -> BigInt,
        version -> Integer,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    monitor_nudges (before_day, monitor_id, section) {
        before_day -> Text,
        monitor_id -> Text,
        section -> Text,
        newest -> Nullable<Text>,
        days -> Integer,
        expected_days -> Nullable<Integer>,
        told_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    recap_rows (recap_id, monitor_id, section) {
        recap_id -> Text,
        monitor_id -> Text,
        section -> Text,
        agency -> Text,
        url -> Text,
        seen -> Text,
        measured -> Text,
        verdict -> Text,
        before -> Nullable<Text>,
        reason -> Text,
        overridden -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    recap_versions (recap_id, number) {
        recap_id -> Text,
        number -> Integer,
        round_id -> Nullable<Text>,
        digest -> Text,
        body -> Binary,
        made_at -> BigInt,
        made_by -> Nullable<Text>,
    }
}

diesel::table! {
    incidents (id) {
        id -> Text,
        case_id -> Text,
        year -> Integer,
        number -> Integer,
        reference -> Text,
        source -> Text,
        severity -> Text,
        title -> Text,
        url -> Text,
        website -> Text,
        agency -> Text,
        site_id -> Nullable<Text>,
        monitor_id -> Nullable<Text>,
        summary -> Text,
        evidence -> Nullable<Text>,
        detected_at -> BigInt,
        reported_at -> BigInt,
        taken_at -> Nullable<BigInt>,
        assigned_at -> Nullable<BigInt>,
        contained_at -> Nullable<BigInt>,
        recovered_at -> Nullable<BigInt>,
        approved_at -> Nullable<BigInt>,
        closed_at -> Nullable<BigInt>,
        version -> Integer,
    }
}

diesel::table! {
    incident_timeline (incident_id, number) {
        incident_id -> Text,
        number -> Integer,
        kind -> Text,
        actor -> Text,
        said -> Text,
        detail -> Text,
        at -> BigInt,
        noted_at -> BigInt,
    }
}

diesel::table! {
    incident_reports (incident_id, version) {
        incident_id -> Text,
        version -> Integer,
        fields -> Text,
        saved_by -> Text,
        saved_at -> BigInt,
    }
}

diesel::table! {
    citizen_reports (reference) {
        reference -> Text,
        site_id -> Text,
        incident_id -> Text,
        kind -> Text,
        url -> Text,
        description -> Text,
        person -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    on_call (id) {
        id -> Integer,
        people -> Text,
        repeat_minutes -> Integer,
        webhook_secret -> Nullable<Text>,
        version -> Integer,
        updated_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    installation,
    users,
    memberships,
    sessions,
    setup_links,
    calendar_versions,
    account_links,
    sites,
    content_types,
    assets,
    asset_tags,
    asset_uses,
    pictures,
    document_texts,
    derivatives,
    procedures,
    cases,
    case_events,
    attachments,
    entries,
    entry_tags,
    unique_values,
    revisions,
    approvals,
    presences,
    comments,
    live_entries,
    live_changes,
    former_addresses,
    withdrawals,
    findable,
    shares,
    releases,
    jobs,
    ledger,
    ledger_head,
    ledger_checkpoints,
    idempotency,
    targets,
    deployments,
    verify_runs,
    verify_findings,
    verify_certificates,
    previews,
    site_themes,
    staging_passes,
    uploads,
    check_policies,
    check_confirmations,
    external_links,
    notices,
    notice_preferences,
    telegram_bot,
    mail_server,
    webhooks,
    webhook_deliveries,
    monitored_sites,
    monitor_groups,
    monitor_states,
    probes,
    probe_rollups,
    monitor_outages,
    monitor_incidents,
    monitor_incident_members,
    monitor_windows,
    monitor_baselines,
    monitor_watch,
    monitor_rounds,
    monitor_reports,
    monitor_evidence,
    monitor_nudges,
    recaps,
    recap_rows,
    recap_versions,
    incidents,
    incident_timeline,
    incident_reports,
    citizen_reports,
    on_call,
);
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(revisions -> entries (entry_id));
diesel::joinable!(asset_uses -> entries (entry_id));
diesel::joinable!(asset_uses -> live_entries (entry_id));
diesel::joinable!(live_entries -> entries (entry_id));
diesel::joinable!(entries -> cases (case_id));
diesel::joinable!(case_events -> cases (case_id));
diesel::joinable!(comments -> cases (case_id));
diesel::joinable!(attachments -> cases (case_id));
diesel::joinable!(entries -> sites (site_id));
diesel::joinable!(monitor_states -> monitored_sites (monitor_id));
diesel::joinable!(monitor_incident_members -> monitored_sites (monitor_id));
diesel::joinable!(monitor_reports -> monitored_sites (monitor_id));
diesel::joinable!(monitor_nudges -> monitored_sites (monitor_id));
diesel::joinable!(monitor_reports -> monitor_rounds (round_id));
diesel::joinable!(recaps -> cases (case_id));
diesel::joinable!(incidents -> cases (case_id));
diesel::joinable!(monitor_outages -> monitored_sites (monitor_id));
diesel::allow_columns_to_appear_in_same_group_by_clause!(monitored_sites::active, monitor_states::state);
