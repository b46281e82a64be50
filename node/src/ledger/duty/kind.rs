//! What may be due, over all ledgers.

use domain::ledger::{Kind, Word as _};

use super::super::alert::{AlertMove, AlertReview, FirstContact};
use super::super::entry::Entry;

/// What people read, Chinese and English.
type Label = (&'static str, &'static str);

const EXPERT_WAITS: Label =
    ("等待专家意见，逾期请致电", "An expert's opinion: telephone where it is late");
const EXPERT_SAID: Label =
    ("专家已答复，待会诊作出决定", "An expert has answered: the meeting decides");
const EXPERT_REPLY: Label = (
    "会诊卡已撤回，待专家单位答复删除情况",
    "A card was taken back: the expert's unit says what it erased",
);
const AGENCY_HAND: Label = ("委托服务待交付资料", "Data of an order to an agency to hand over");
const AGENCY_RETURN: Label = ("机构须归还或删除资料", "An agency has to return or delete data");
const AGENCY_RECALL: Label = (
    "同意已失效，须立即要求机构停用并归还或删除",
    "Consent has ended: the agency stops, returns or deletes at once",
);
const AGENCY_BARRED: Label = (
    "机构已停用、资质到期或不在名录内：停止委托，收回资料",
    "Agency withdrawn, expired or not listed: end the order, get data back",
);
const REFERRAL_NOTICE: Label =
    ("紧急转介待书面告知监护人", "Tell the guardian of an emergency in writing");
const REFERRAL_REPLY: Label =
    ("撤回后须通知接收方并登记答复", "Tell the recipient it is taken back, note the answer");
const REPORT_RECEIPT: Label =
    ("强制报告未被签收，请致电受理单位", "Duty report not acknowledged: telephone the office");
const REPORT_MORE: Label =
    ("受理单位要求补充强制报告情况", "The office asks for more on a duty report");

const HAND_OFF_DANGER: Label = (
    "热线转介有危险：立即联系，必要时拨打 110、120",
    "Hotline's caller in danger: reach the child now; 110, 120 where needed",
);
const HAND_OFF_ANSWER: Label =
    ("热线转介待答复是否联系上", "Answer whether a hotline's caller was reached");

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyKind {
    /// A critical answer that nobody has spoken about.
    Critical,
    /// The first contact of a case.
    Contact,
    /// A concern that a teacher raised, to be analysed together.
    Concern,
    /// An appointment.
    Appointment,
    /// A raise to be countersigned.
    Countersign,
    /// A lowering or leaving that waits for the second person.
    Second,
    /// A raise to which the second person objects, to be weighed again.
    Reconsider,
    /// A review of a case.
    Review,
    /// A follow-up.
    Followup,
    /// A contact about a case with guardian, police, hospital or community.
    CaseContact,
    /// A consultation's case to be looked at again.
    Consultation,
    /// A card is out and its expert has not answered.
    ExpertWaits,
    /// An expert has answered and the meeting has not decided.
    ExpertSaid,
    /// A card was taken back and its expert's unit has not said what it erased.
    ExpertReply,
    /// What was agreed in an analysis.
    Agreed,
    /// A student's plan to be reviewed.
    Plan,
    /// A consent that was asked for and not answered.
    Consent,
    /// An order to an agency for which the data are not handed over yet.
    AgencyHand,
    /// Data that an agency has to give back or delete.
    AgencyReturn,
    /// Data that an agency has to give back or delete at once: the family's consent has ended.
    AgencyRecall,
    /// An order to an agency that no directory lets be chosen any more.
    AgencyBarred,
    /// A hold whose lifting waits for the second person.
    Hold,
    /// A destruction that waits for the second person.
    Destroy,
    /// Two people changed one record; somebody decides.
    Settle,
    /// The school's next step of a referral.
    ReferralTurn,
    /// A referral that nobody has answered in time: telephone.
    ReferralLate,
    /// An emergency referral that waits for its second person.
    ReferralSign,
    /// An emergency referral that waits for its review.
    ReferralReview,
    /// An emergency referral of which the guardian was not told in writing.
    ReferralNotice,
    /// A referral was taken back: tell the recipient and note the answer.
    ReferralReply,
    /// A duty report that was written and not sent.
    ReportSend,
    /// A duty report that its office has not acknowledged.
    ReportReceipt,
    /// A duty report whose office asks for more.
    ReportMore,
    /// A duty report that was acknowledged and of which nobody has said that it is handled.
    ReportAnswer,
    /// A tip that nobody has acknowledged.
    TipReceipt,
    /// A tip of which nobody has said that it is handled.
    TipAnswer,
    /// A hotline's caller in danger whom nobody has answered for.
    HandOffDanger,
    /// A hotline's caller whom nobody has acknowledged.
    HandOffReceipt,
    /// A hotline's caller of whom nobody has said whether he or she was reached.
    HandOffAnswer,
    /// A facility to be mended.
    Facility,
    /// A certificate that ends.
    Certificate,
    /// A teaching case that a second person is to release.
    Release,
    /// A plan of the school to be reviewed.
    SchoolPlan,
    /// A target of a plan of the school.
    Target,
    /// A transfer to be answered, or of which the other school has said nothing in time.
    Transfer,
}

impl DutyKind {
    /// All of them.
    pub const ALL: [Self; 45] = [
        Self::Critical,
        Self::Contact,
        Self::Concern,
        Self::Appointment,
        Self::Countersign,
        Self::Second,
        Self::Reconsider,
        Self::Review,
        Self::Followup,
        Self::CaseContact,
        Self::Consultation,
        Self::ExpertWaits,
        Self::ExpertSaid,
        Self::ExpertReply,
        Self::Agreed,
        Self::Plan,
        Self::Consent,
        Self::AgencyHand,
        Self::AgencyReturn,
        Self::AgencyRecall,
        Self::AgencyBarred,
        Self::Hold,
        Self::Destroy,
        Self::Settle,
        Self::ReferralTurn,
        Self::ReferralLate,
        Self::ReferralSign,
        Self::ReferralReview,
        Self::ReferralNotice,
        Self::ReferralReply,
        Self::ReportSend,
        Self::ReportReceipt,
        Self::ReportMore,
        Self::ReportAnswer,
        Self::TipReceipt,
        Self::TipAnswer,
        Self::HandOffDanger,
        Self::HandOffReceipt,
        Self::HandOffAnswer,
        Self::Facility,
        Self::Certificate,
        Self::Release,
        Self::SchoolPlan,
        Self::Target,
        Self::Transfer,
    ];

    /// The word that programs read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Contact => "first_contact",
            Self::Concern => "concern",
            Self::Appointment => "appointment",
            Self::Agreed => "agreed",
            Self::Target => "school_target",
            Self::Countersign => "countersign",
            Self::Second => "second_signature",
            Self::Reconsider => "reconsider",
            Self::Review => "review",
            Self::Followup => "followup",
            Self::CaseContact => "case_contact",
            Self::Consultation => "consultation",
            Self::ExpertWaits => "expert_waits",
            Self::ExpertSaid => "expert_said",
            Self::ExpertReply => "expert_reply",
            Self::Plan => "plan",
            Self::Consent => "consent",
            Self::AgencyHand => "agency_hand_over",
            Self::AgencyReturn => "agency_return",
            Self::AgencyRecall => "agency_recall",
            Self::AgencyBarred => "agency_barred",
            Self::Hold => "hold",
            Self::Destroy => "destroy",
            Self::Settle => "settle",
            Self::ReferralTurn => "referral",
            Self::ReferralLate => "referral_late",
            Self::ReferralSign => "referral_sign",
            Self::ReferralReview => "referral_review",
            Self::ReferralNotice => "referral_notice",
            Self::ReferralReply => "referral_reply",
            Self::ReportSend => "report_send",
            Self::ReportReceipt => "report_receipt",
            Self::ReportMore => "report_more",
            Self::ReportAnswer => "report_answer",
            Self::TipReceipt => "tip_receipt",
            Self::TipAnswer => "tip_answer",
            Self::HandOffDanger => "hand_off_danger",
            Self::HandOffReceipt => "hand_off_receipt",
            Self::HandOffAnswer => "hand_off_answer",
            Self::Facility => "facility",
            Self::Certificate => "certificate",
            Self::Release => "release",
            Self::SchoolPlan => "school_plan",
            Self::Transfer => "school_transfer",
        }
    }

    /// What people read, Chinese and English.
    #[must_use]
    pub fn label(self) -> Label {
        match self {
            Self::Critical => ("危险条目约谈", "Talk about a critical answer"),
            Self::Contact => Kind::FirstContact.label(),
            Self::Concern => ("导师提交待研判", "Analyse a raised concern"),
            Self::Appointment => Kind::Appointment.label(),
            Self::Agreed => ("研判约定事项", "What an analysis agreed"),
            Self::Target => Kind::SchoolTarget.label(),
            Self::Countersign => ("列入或升级会签", "Countersign an entry or raise"),
            Self::Second => ("第二人确认", "Second signature"),
            Self::Reconsider => ("第二人不同意，待复议", "Second person objects: weigh it again"),
            Self::Review => Kind::AlertReview.label(),
            Self::Followup => Kind::Followup.label(),
            Self::CaseContact => Kind::CaseContact.label(),
            Self::Consultation => ("会诊复查", "Look again after a consultation"),
            Self::ExpertWaits => EXPERT_WAITS,
            Self::ExpertSaid => EXPERT_SAID,
            Self::ExpertReply => EXPERT_REPLY,
            Self::Plan => ("一生一策复查", "Review a plan"),
            Self::Consent => ("同意书待收回", "Consent not answered"),
            Self::AgencyHand => AGENCY_HAND,
            Self::AgencyReturn => AGENCY_RETURN,
            Self::AgencyRecall => AGENCY_RECALL,
            Self::AgencyBarred => AGENCY_BARRED,
            Self::Hold => ("解除留存待第二人确认", "Second signature to lift a hold"),
            Self::Destroy => ("销毁待第二人确认", "Second signature to destroy"),
            Self::Settle => ("两人同时改动，待裁定", "Two versions to settle"),
            Self::ReferralTurn => ("转介待办", "Next step of a referral"),
            Self::ReferralLate => ("转介逾期未答复，请致电", "Referral not answered: telephone"),
            Self::ReferralSign => ("紧急转介待第二人补签", "Sign an emergency referral"),
            Self::ReferralReview => ("紧急转介待复核", "Review an emergency referral"),
            Self::ReferralNotice => REFERRAL_NOTICE,
            Self::ReferralReply => REFERRAL_REPLY,
            Self::ReportSend => ("强制报告待发出", "Send a duty report"),
            Self::ReportReceipt => REPORT_RECEIPT,
            Self::ReportMore => REPORT_MORE,
            Self::ReportAnswer => ("强制报告待处置答复", "Duty report not answered as handled"),
            Self::TipReceipt => ("外部线索待签收", "Acknowledge a tip"),
            Self::TipAnswer => ("外部线索待处置答复", "Answer a tip as handled"),
            Self::HandOffDanger => HAND_OFF_DANGER,
            Self::HandOffReceipt => ("热线转介待签收", "Acknowledge a hotline's caller"),
            Self::HandOffAnswer => HAND_OFF_ANSWER,
            Self::Facility => ("物防技防整改", "Facility to be mended"),
            Self::Certificate => ("证书到期", "Certificate ends"),
            Self::Release => ("教学案例待第二人审定", "Release a teaching case"),
            Self::SchoolPlan => ("预案方案年度复查", "Yearly review of a school plan"),
            Self::Transfer => ("转学待办", "Step of a transfer"),
        }
    }

    /// Whether a child's safety hangs on its limit of an hour or of days: it stands before all that
    /// is due.
    #[must_use]
    pub const fn presses(self) -> bool {
        matches!(
            self,
            Self::Critical
                | Self::Contact
                | Self::Countersign
                | Self::ReferralSign
                | Self::ReportSend
                | Self::TipReceipt
                | Self::HandOffDanger
        )
    }

    /// Whether it stands before all that presses, however long that has been due: somebody outside
    /// has handed a child in danger over, and waits for a word.
    #[must_use]
    pub const fn comes_first(self) -> bool {
        matches!(self, Self::HandOffDanger)
    }

    pub(super) const fn record_kind(self) -> Kind {
        match self {
            Self::Contact => <FirstContact as Entry>::KIND,
            Self::Review | Self::Reconsider => <AlertReview as Entry>::KIND,
            _ => <AlertMove as Entry>::KIND,
        }
    }
}
