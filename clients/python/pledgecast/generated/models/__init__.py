"""Contains all the data models used in inputs/outputs"""

from .advice import Advice
from .amount_range import AmountRange
from .amounts_view import AmountsView
from .api_key_spend_view import ApiKeySpendView
from .api_key_view import ApiKeyView
from .attempt_view import AttemptView
from .balance_history import BalanceHistory
from .balance_point import BalancePoint
from .balance_view import BalanceView
from .base_rate_view import BaseRateView
from .batch_counts import BatchCounts
from .batch_state import BatchState
from .batch_view import BatchView
from .calendar_day import CalendarDay
from .calendar_view import CalendarView
from .calibration_bin import CalibrationBin
from .calibration_drift import CalibrationDrift
from .calibration_view import CalibrationView
from .campaign import Campaign
from .cancel_batch_request import CancelBatchRequest
from .cancel_task_request import CancelTaskRequest
from .cap_period import CapPeriod
from .caps import Caps
from .category_rate import CategoryRate
from .change_bounds import ChangeBounds
from .change_evidence import ChangeEvidence
from .change_password_request import ChangePasswordRequest
from .change_type_0 import ChangeType0
from .change_type_0_code import ChangeType0Code
from .change_type_1 import ChangeType1
from .change_type_1_code import ChangeType1Code
from .change_type_2 import ChangeType2
from .change_type_2_code import ChangeType2Code
from .change_type_3 import ChangeType3
from .change_type_3_code import ChangeType3Code
from .change_type_4 import ChangeType4
from .change_type_4_code import ChangeType4Code
from .change_type_5 import ChangeType5
from .change_type_5_code import ChangeType5Code
from .combination import Combination
from .create_api_key_request import CreateApiKeyRequest
from .create_batch_request import CreateBatchRequest
from .create_model_request import CreateModelRequest
from .create_model_request_state_type_1 import CreateModelRequestStateType1
from .create_model_request_state_type_2_type_1 import CreateModelRequestStateType2Type1
from .create_model_request_state_type_3_type_1 import CreateModelRequestStateType3Type1
from .create_webhook_request import CreateWebhookRequest
from .curves import Curves
from .days_point import DaysPoint
from .delete_batch_request import DeleteBatchRequest
from .delete_webhook_request import DeleteWebhookRequest
from .delivery_error import DeliveryError
from .delivery_log_view import DeliveryLogView
from .delivery_status import DeliveryStatus
from .delivery_view import DeliveryView
from .disabled_reason import DisabledReason
from .download_batch_tasks_order import DownloadBatchTasksOrder
from .download_batch_tasks_status import DownloadBatchTasksStatus
from .download_batch_tasks_verdict import DownloadBatchTasksVerdict
from .download_tasks_status import DownloadTasksStatus
from .download_tasks_verdict import DownloadTasksVerdict
from .download_transactions_kind import DownloadTransactionsKind
from .drift_view import DriftView
from .effect import Effect
from .enable_second_factor_request import EnableSecondFactorRequest
from .end_session_request import EndSessionRequest
from .example_summary import ExampleSummary
from .example_view import ExampleView
from .explanation import Explanation
from .explore_view import ExploreView
from .factor import Factor
from .field_problem import FieldProblem
from .field_problem_code import FieldProblemCode
from .goal_point import GoalPoint
from .goal_rate import GoalRate
from .health_live_response_200 import HealthLiveResponse200
from .health_ready_response_200 import HealthReadyResponse200
from .health_ready_response_503 import HealthReadyResponse503
from .infer_parameters import InferParameters
from .infer_request import InferRequest
from .infer_request_inputs_item import InferRequestInputsItem
from .infer_request_inputs_item_datatype import InferRequestInputsItemDatatype
from .infer_request_inputs_item_name import InferRequestInputsItemName
from .infer_request_outputs_type_0_item import InferRequestOutputsType0Item
from .infer_request_parameters_type_0 import InferRequestParametersType0
from .infer_response import InferResponse
from .infer_with_version_request import InferWithVersionRequest
from .infer_with_version_request_inputs_item import InferWithVersionRequestInputsItem
from .infer_with_version_request_inputs_item_datatype import (
    InferWithVersionRequestInputsItemDatatype,
)
from .infer_with_version_request_inputs_item_name import (
    InferWithVersionRequestInputsItemName,
)
from .infer_with_version_request_outputs_type_0_item import (
    InferWithVersionRequestOutputsType0Item,
)
from .infer_with_version_request_parameters_type_0 import (
    InferWithVersionRequestParametersType0,
)
from .inference_live_response_200 import InferenceLiveResponse200
from .inference_model_ready_response_200 import InferenceModelReadyResponse200
from .inference_model_version_ready_response_200 import (
    InferenceModelVersionReadyResponse200,
)
from .inference_ready_response_200 import InferenceReadyResponse200
from .inference_ready_response_503 import InferenceReadyResponse503
from .input_drift import InputDrift
from .insight_view import InsightView
from .launch_calendar_category import LaunchCalendarCategory
from .launch_calendar_parent import LaunchCalendarParent
from .launch_month_rate import LaunchMonthRate
from .launch_point import LaunchPoint
from .list_batch_tasks_order import ListBatchTasksOrder
from .list_batch_tasks_status import ListBatchTasksStatus
from .list_batch_tasks_verdict import ListBatchTasksVerdict
from .list_tasks_status import ListTasksStatus
from .list_tasks_verdict import ListTasksVerdict
from .list_transactions_kind import ListTransactionsKind
from .login_request import LoginRequest
from .login_second_factor_request import LoginSecondFactorRequest
from .matched_rate import MatchedRate
from .model_metadata import ModelMetadata
from .model_parameters import ModelParameters
from .model_ref import ModelRef
from .model_state import ModelState
from .model_view import ModelView
from .neighbours_view import NeighboursView
from .new_api_key_view import NewApiKeyView
from .openapi_response_200 import OpenapiResponse200
from .out_of_distribution_type_0 import OutOfDistributionType0
from .out_of_distribution_type_0_code import OutOfDistributionType0Code
from .out_of_distribution_type_1 import OutOfDistributionType1
from .out_of_distribution_type_1_code import OutOfDistributionType1Code
from .out_of_distribution_type_2 import OutOfDistributionType2
from .out_of_distribution_type_2_code import OutOfDistributionType2Code
from .outcome_view import OutcomeView
from .outcomes_view import OutcomesView
from .output_tensor import OutputTensor
from .page_of_batch_view import PageOfBatchView
from .page_of_delivery_view import PageOfDeliveryView
from .page_of_task_view import PageOfTaskView
from .page_of_transaction_view import PageOfTransactionView
from .page_of_unreported_view import PageOfUnreportedView
from .plan_dates import PlanDates
from .predict_request import PredictRequest
from .predict_request_analytics_name import PredictRequestAnalyticsName
from .predict_request_country import PredictRequestCountry
from .predict_request_currency import PredictRequestCurrency
from .predict_request_parent_name_type_1 import PredictRequestParentNameType1
from .predict_request_parent_name_type_2_type_1 import (
    PredictRequestParentNameType2Type1,
)
from .predict_request_parent_name_type_3_type_1 import (
    PredictRequestParentNameType3Type1,
)
from .problem_details import ProblemDetails
from .problem_details_errors import ProblemDetailsErrors
from .queue_view import QueueView
from .rated_change import RatedChange
from .reauthenticate_request import ReauthenticateRequest
from .recovery_codes_view import RecoveryCodesView
from .register_request import RegisterRequest
from .rename_api_key_request import RenameApiKeyRequest
from .report_outcome_request import ReportOutcomeRequest
from .report_outcomes_request import ReportOutcomesRequest
from .reported_view import ReportedView
from .resend_delivery_request import ResendDeliveryRequest
from .result_context import ResultContext
from .result_view import ResultView
from .revoke_api_key_request import RevokeApiKeyRequest
from .role import Role
from .rotate_webhook_secret_request import RotateWebhookSecretRequest
from .scope import Scope
from .second_factor_setup import SecondFactorSetup
from .second_factor_view import SecondFactorView
from .server_metadata import ServerMetadata
from .session_view import SessionView
from .set_webhook_enabled_request import SetWebhookEnabledRequest
from .share_request import ShareRequest
from .share_view import ShareView
from .shared_view import SharedView
from .spent import Spent
from .staff_pick_scores import StaffPickScores
from .start_batch_request import StartBatchRequest
from .switch import Switch
from .task_status import TaskStatus
from .task_view import TaskView
from .tensor_metadata import TensorMetadata
from .test_webhook_request import TestWebhookRequest
from .top_up_request import TopUpRequest
from .track_record_view import TrackRecordView
from .transaction_kind import TransactionKind
from .transaction_view import TransactionView
from .unreported_view import UnreportedView
from .unshare_request import UnshareRequest
from .update_webhook_request import UpdateWebhookRequest
from .user_view import UserView
from .verdict import Verdict
from .webhook_event import WebhookEvent
from .webhook_view import WebhookView
from .webhooks_view import WebhooksView
from .what_if_example_request import WhatIfExampleRequest
from .what_if_request import WhatIfRequest
from .what_if_view import WhatIfView

__all__ = (
    "Advice",
    "AmountRange",
    "AmountsView",
    "ApiKeySpendView",
    "ApiKeyView",
    "AttemptView",
    "BalanceHistory",
    "BalancePoint",
    "BalanceView",
    "BaseRateView",
    "BatchCounts",
    "BatchState",
    "BatchView",
    "CalendarDay",
    "CalendarView",
    "CalibrationBin",
    "CalibrationDrift",
    "CalibrationView",
    "Campaign",
    "CancelBatchRequest",
    "CancelTaskRequest",
    "CapPeriod",
    "Caps",
    "CategoryRate",
    "ChangeBounds",
    "ChangeEvidence",
    "ChangePasswordRequest",
    "ChangeType0",
    "ChangeType0Code",
    "ChangeType1",
    "ChangeType1Code",
    "ChangeType2",
    "ChangeType2Code",
    "ChangeType3",
    "ChangeType3Code",
    "ChangeType4",
    "ChangeType4Code",
    "ChangeType5",
    "ChangeType5Code",
    "Combination",
    "CreateApiKeyRequest",
    "CreateBatchRequest",
    "CreateModelRequest",
    "CreateModelRequestStateType1",
    "CreateModelRequestStateType2Type1",
    "CreateModelRequestStateType3Type1",
    "CreateWebhookRequest",
    "Curves",
    "DaysPoint",
    "DeleteBatchRequest",
    "DeleteWebhookRequest",
    "DeliveryError",
    "DeliveryLogView",
    "DeliveryStatus",
    "DeliveryView",
    "DisabledReason",
    "DownloadBatchTasksOrder",
    "DownloadBatchTasksStatus",
    "DownloadBatchTasksVerdict",
    "DownloadTasksStatus",
    "DownloadTasksVerdict",
    "DownloadTransactionsKind",
    "DriftView",
    "Effect",
    "EnableSecondFactorRequest",
    "EndSessionRequest",
    "ExampleSummary",
    "ExampleView",
    "Explanation",
    "ExploreView",
    "Factor",
    "FieldProblem",
    "FieldProblemCode",
    "GoalPoint",
    "GoalRate",
    "HealthLiveResponse200",
    "HealthReadyResponse200",
    "HealthReadyResponse503",
    "InferenceLiveResponse200",
    "InferenceModelReadyResponse200",
    "InferenceModelVersionReadyResponse200",
    "InferenceReadyResponse200",
    "InferenceReadyResponse503",
    "InferParameters",
    "InferRequest",
    "InferRequestInputsItem",
    "InferRequestInputsItemDatatype",
    "InferRequestInputsItemName",
    "InferRequestOutputsType0Item",
    "InferRequestParametersType0",
    "InferResponse",
    "InferWithVersionRequest",
    "InferWithVersionRequestInputsItem",
    "InferWithVersionRequestInputsItemDatatype",
    "InferWithVersionRequestInputsItemName",
    "InferWithVersionRequestOutputsType0Item",
    "InferWithVersionRequestParametersType0",
    "InputDrift",
    "InsightView",
    "LaunchCalendarCategory",
    "LaunchCalendarParent",
    "LaunchMonthRate",
    "LaunchPoint",
    "ListBatchTasksOrder",
    "ListBatchTasksStatus",
    "ListBatchTasksVerdict",
    "ListTasksStatus",
    "ListTasksVerdict",
    "ListTransactionsKind",
    "LoginRequest",
    "LoginSecondFactorRequest",
    "MatchedRate",
    "ModelMetadata",
    "ModelParameters",
    "ModelRef",
    "ModelState",
    "ModelView",
    "NeighboursView",
    "NewApiKeyView",
    "OpenapiResponse200",
    "OutcomesView",
    "OutcomeView",
    "OutOfDistributionType0",
    "OutOfDistributionType0Code",
    "OutOfDistributionType1",
    "OutOfDistributionType1Code",
    "OutOfDistributionType2",
    "OutOfDistributionType2Code",
    "OutputTensor",
    "PageOfBatchView",
    "PageOfDeliveryView",
    "PageOfTaskView",
    "PageOfTransactionView",
    "PageOfUnreportedView",
    "PlanDates",
    "PredictRequest",
    "PredictRequestAnalyticsName",
    "PredictRequestCountry",
    "PredictRequestCurrency",
    "PredictRequestParentNameType1",
    "PredictRequestParentNameType2Type1",
    "PredictRequestParentNameType3Type1",
    "ProblemDetails",
    "ProblemDetailsErrors",
    "QueueView",
    "RatedChange",
    "ReauthenticateRequest",
    "RecoveryCodesView",
    "RegisterRequest",
    "RenameApiKeyRequest",
    "ReportedView",
    "ReportOutcomeRequest",
    "ReportOutcomesRequest",
    "ResendDeliveryRequest",
    "ResultContext",
    "ResultView",
    "RevokeApiKeyRequest",
    "Role",
    "RotateWebhookSecretRequest",
    "Scope",
    "SecondFactorSetup",
    "SecondFactorView",
    "ServerMetadata",
    "SessionView",
    "SetWebhookEnabledRequest",
    "SharedView",
    "ShareRequest",
    "ShareView",
    "Spent",
    "StaffPickScores",
    "StartBatchRequest",
    "Switch",
    "TaskStatus",
    "TaskView",
    "TensorMetadata",
    "TestWebhookRequest",
    "TopUpRequest",
    "TrackRecordView",
    "TransactionKind",
    "TransactionView",
    "UnreportedView",
    "UnshareRequest",
    "UpdateWebhookRequest",
    "UserView",
    "Verdict",
    "WebhookEvent",
    "WebhooksView",
    "WebhookView",
    "WhatIfExampleRequest",
    "WhatIfRequest",
    "WhatIfView",
)
