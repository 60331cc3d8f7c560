//! The requests of obs-websocket 5.7 (protocol.md, "Requests"), to find slips before the show does.

/// Their names, apart by blanks. `Sleep` is left out: it is only for batches.
const NAMES: &str = "\
    BroadcastCustomEvent CallVendorRequest CreateInput CreateProfile CreateRecordChapter \
    CreateScene CreateSceneCollection CreateSceneItem CreateSourceFilter DuplicateSceneItem \
    GetCanvasList GetCurrentPreviewScene GetCurrentProgramScene GetCurrentSceneTransition \
    GetCurrentSceneTransitionCursor GetGroupList GetGroupSceneItemList GetHotkeyList \
    GetInputAudioBalance GetInputAudioMonitorType GetInputAudioSyncOffset GetInputAudioTracks \
    GetInputDefaultSettings GetInputDeinterlaceFieldOrder GetInputDeinterlaceMode GetInputKindList \
    GetInputList GetInputMute GetInputPropertiesListPropertyItems GetInputSettings GetInputVolume \
    GetLastReplayBufferReplay GetMediaInputStatus GetMonitorList GetOutputList GetOutputSettings \
    GetOutputStatus GetPersistentData GetProfileList GetProfileParameter GetRecordDirectory \
    GetRecordStatus GetReplayBufferStatus GetSceneCollectionList GetSceneItemBlendMode \
    GetSceneItemEnabled GetSceneItemId GetSceneItemIndex GetSceneItemList GetSceneItemLocked \
    GetSceneItemSource GetSceneItemTransform GetSceneList GetSceneSceneTransitionOverride \
    GetSceneTransitionList GetSourceActive GetSourceFilter GetSourceFilterDefaultSettings \
    GetSourceFilterKindList GetSourceFilterList GetSourceScreenshot GetSpecialInputs GetStats \
    GetStreamServiceSettings GetStreamStatus GetStudioModeEnabled GetTransitionKindList GetVersion \
    GetVideoSettings GetVirtualCamStatus OffsetMediaInputCursor OpenInputFiltersDialog \
    OpenInputInteractDialog OpenInputPropertiesDialog OpenSourceProjector OpenVideoMixProjector \
    PauseRecord PressInputPropertiesButton RemoveInput RemoveProfile RemoveScene RemoveSceneItem \
    RemoveSourceFilter ResumeRecord SaveReplayBuffer SaveSourceScreenshot SendStreamCaption \
    SetCurrentPreviewScene SetCurrentProfile SetCurrentProgramScene SetCurrentSceneCollection \
    SetCurrentSceneTransition SetCurrentSceneTransitionDuration SetCurrentSceneTransitionSettings \
    SetInputAudioBalance SetInputAudioMonitorType SetInputAudioSyncOffset SetInputAudioTracks \
    SetInputDeinterlaceFieldOrder SetInputDeinterlaceMode SetInputMute SetInputName \
    SetInputSettings SetInputVolume SetMediaInputCursor SetOutputSettings SetPersistentData \
    SetProfileParameter SetRecordDirectory SetSceneItemBlendMode SetSceneItemEnabled \
    SetSceneItemIndex SetSceneItemLocked SetSceneItemTransform SetSceneName \
    SetSceneSceneTransitionOverride SetSourceFilterEnabled SetSourceFilterIndex \
    SetSourceFilterName SetSourceFilterSettings SetStreamServiceSettings SetStudioModeEnabled \
    SetTBarPosition SetVideoSettings SplitRecordFile StartOutput StartRecord StartReplayBuffer \
    StartStream StartVirtualCam StopOutput StopRecord StopReplayBuffer StopStream StopVirtualCam \
    ToggleInputMute ToggleOutput ToggleRecord ToggleRecordPause ToggleReplayBuffer ToggleStream \
    ToggleVirtualCam TriggerHotkeyByKeySequence TriggerHotkeyByName TriggerMediaInputAction \
    TriggerStudioModeTransition";

/// The names of all requests.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.split_ascii_whitespace()
}
