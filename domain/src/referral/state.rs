//! The closed lists of a referral: states, events, who acts, and what must be known.

use crate::ledger::words::word_list;

word_list!(
    /// How a referral stands.
    State {
        Draft = "draft", "草稿", "Draft";
        ConsentPending = "consent_pending", "等待知情同意", "Waiting for consent";
        Consented = "consented", "已同意，待发出", "Consented, not sent";
        Sent = "sent", "已发出", "Sent";
        Routed = "routed", "传送中", "On its way";
        Received = "received", "对方已收到", "Received";
        Accepted = "accepted", "已接收", "Accepted";
        Declined = "declined", "对方未接收", "Declined";
        RedirectProposed = "redirect_proposed", "建议转往他处", "Another recipient proposed";
        Appointed = "appointed", "已预约", "Appointed";
        NoShow = "no_show", "未到诊", "Not seen";
        InCare = "in_care", "就诊中", "In care";
        OutcomeIn = "outcome_in", "结果已回", "Outcome came back";
        Returned = "returned", "已返校，跟踪中", "Back at school";
        EmergencyOut = "emergency_out", "紧急转介中", "Emergency";
        Closed = "closed", "已办结", "Closed";
        Withdrawn = "withdrawn", "已撤回同意", "Consent withdrawn";
        Refused = "refused", "未同意", "Consent refused";
        Expired = "expired", "已逾期失效", "Expired";
        Cancelled = "cancelled", "已取消", "Cancelled";
        Error = "error", "登记错误", "Entered in error";
    }
);

impl State {
    /// Whether nothing follows it, except the withdrawal of a closed one.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Closed
                | Self::Withdrawn
                | Self::Refused
                | Self::Expired
                | Self::Cancelled
                | Self::Error
        )
    }
}

word_list!(
    /// What happens to a referral.
    Event {
        AskConsent = "ask_consent", "征求同意", "Ask for consent";
        ConsentGiven = "consent_given", "已同意", "Consent given";
        ConsentRefused = "consent_refused", "不同意", "Consent refused";
        Cancel = "cancel", "取消", "Cancel";
        Send = "send", "发出", "Send";
        HubAck = "hub_ack", "枢纽已转", "Passed on by a hub";
        Delivered = "delivered", "送达", "Delivered";
        Accept = "accept", "接收", "Accept";
        Decline = "decline", "不接收", "Decline";
        Redirect = "redirect", "建议他处", "Propose another recipient";
        ChooseAgain = "choose_again", "另选接收方", "Choose another recipient";
        ResendInScope = "resend_in_scope", "在同意范围内另发", "Send to another named recipient";
        GiveUp = "give_up", "终止转介", "Give up";
        Appoint = "appoint", "预约", "Appoint";
        NotSeen = "not_seen", "未到诊", "Not seen";
        Seen = "seen", "已到诊", "Seen";
        Outcome = "outcome", "回传结果", "Send the outcome back";
        MoreCare = "more_care", "继续治疗", "More care";
        Return = "return", "返校", "Return to school";
        Relapse = "relapse", "复发，另行转介", "Relapse, a new referral";
        Close = "close", "办结", "Close";
        WithdrawConsent = "withdraw_consent", "撤回同意", "Withdraw consent";
        Timeout = "timeout", "按逾期结束", "End it, the time is over";
        Recall = "recall", "召回转介", "Recall";
        HandedOverByPhone = "handed_over_by_phone", "电话移交", "Handed over by telephone";
        Emergency = "emergency", "紧急转介", "Emergency";
        TakenOver = "taken_over", "医院已接手", "Taken over";
        StoodDown = "stood_down", "危险已排除", "Stood down";
        WrongPerson = "wrong_person", "登记错误", "Wrong person";
    }
);

word_list!(
    /// Who acts.
    Actor {
        School = "school", "学校", "School";
        Hub = "hub", "枢纽", "Hub";
        Recipient = "recipient", "接收方", "Recipient";
        Guardian = "guardian", "监护人", "Guardian";
        Student = "student", "学生", "Student";
        Clock = "clock", "时钟", "The school's clock";
    }
);

word_list!(
    /// How urgent a referral is.
    Urgency {
        Routine = "routine", "常规", "Routine";
        Urgent = "urgent", "加急", "Urgent";
        Emergency = "emergency", "紧急", "Emergency";
    }
);

word_list!(
    /// Why a recipient declines; its content is deleted with the answer.
    DeclineReason {
        NoCapacity = "no_capacity", "没有名额", "No capacity";
        WrongService = "wrong_service", "不属本机构服务", "Wrong service";
        Age = "age", "年龄不符", "Age";
        Area = "area", "不在服务区域", "Area";
        MoreInformation = "more_information", "需要补充信息", "More information is needed";
        Other = "other", "其他", "Other";
    }
);

word_list!(
    /// What must be known before something may happen. Who keeps the records answers for it.
    Fact {
        TierAllows = "tier_allows", "三级预警，或二级预警经会诊决定",
            "Tier t3, or t2 and a consultation decided";
        RecipientChosen = "recipient_chosen", "已选定接收方", "A recipient is chosen";
        DataComplete = "data_complete", "最小信息已填全", "The least data are complete";
        ConsentComplete = "consent_complete", "应签字的人都已签字并留存凭证",
            "All who must have signed, and the form is kept";
        ConsentStands = "consent_stands", "同意此刻有效且包含该接收方",
            "Consent holds now and names the recipient";
        NothingLeft = "nothing_left", "除已排除的紧急转介外，尚无内容离校",
            "Nothing left the school but an emergency that was stood down";
        SealedToRecipient = "sealed_to_recipient", "只密封给该接收方",
            "Sealed to that recipient alone";
        ApproverSigned = "approver_signed", "批准人已签字", "The approver signed";
        SealVerified = "seal_verified", "已开封并核验签名与同意摘要",
            "Opened, with signature and consent verified";
        ReasonCoded = "reason_coded", "已选原因", "A reason is given";
        OtherNamed = "other_named", "已写明另一接收方", "Another recipient is named";
        SchoolPlan = "school_plan", "学校后续支持已登记", "The school's own plan is written";
        DateAndPlace = "date_and_place", "已有时间地点", "Date and place";
        ReturnPlan = "return_plan", "返校方案已与家长商定",
            "The plan of return is written with the guardian";
        FollowupsDone = "followups_done", "跟踪回访已完成或写明原因",
            "Follow-ups are done or ended with a reason";
        NinetyDays = "ninety_days", "返校已满 90 天", "90 days since the return";
        DeadlinePassed = "deadline_passed", "期限已过", "The time is over";
        NoEmergency = "no_emergency", "不是紧急转介，或紧急情况已排除",
            "It is no emergency, or none any more";
        ImminentDanger = "imminent_danger", "危险迫近，事实已写明",
            "Danger is imminent, with the facts";
        TwoNamed = "two_named", "两人署名，或一人署名并在 30 分钟内补签",
            "Two persons named, or one and a countersign within 30 minutes";
        DangerAbsent = "danger_absent", "已确认没有危险", "Danger was found absent";
        ReceiverNoted = "receiver_noted", "接手人、地点、时间已记", "Who took over, where and when";
    }
);
